using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>The page's microphone: its audio becomes recordings for the chat, or a stream for the live session.</summary>
internal sealed class PageVoice(RavatarClient client, PageSocket page, bool streamsLiveAudio) : IAsyncDisposable
{
    private CallbackAudioSource _source = new(AudioFormat.Voice);
    private VoiceRecorder? _recorder;
    private CancellationTokenSource? _listening;
    private Task _listener = Task.CompletedTask;
    private int _recordings;

    /// <summary>What the microphone hears. While nothing records, it goes nowhere.</summary>
    public void Write(ReadOnlySpan<byte> audio)
    {
        if (audio.Length % _source.Format.BytesPerFrame == 0)
        {
            _source.Write(audio);
        }
    }

    /// <summary>Carries out a command of the microphone's.</summary>
    public async Task TakeAsync(PageCommand command, PageChat? chat, CancellationToken cancellationToken)
    {
        if (chat is null)
        {
            return;
        }
        switch (command.Type)
        {
            case "voice.press":
                await StopAsync();
                await PressAsync(command.Rate, chat, cancellationToken);
                break;
            case "voice.release":
                await ReleaseAsync(chat, cancellationToken);
                break;
            case "voice.listen":
                await StopAsync();
                await ListenAsync(command.Rate, chat, cancellationToken);
                break;
            case "voice.cancel":
                await StopAsync();
                page.Send(new VoiceNote("cancelled"));
                break;
        }
    }

    /// <summary>Ends whatever records, and discards it.</summary>
    public async Task StopAsync()
    {
        if (_listening is { } listening)
        {
            _listening = null;
            await listening.CancelAsync();
            await _listener;
            listening.Dispose();
        }
        if (_recorder is { } recorder)
        {
            await recorder.CancelAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _source.DisposeAsync();
    }

    private VoiceRecorder Prepare(int? rate)
    {
        int hertz = Math.Clamp(rate ?? AudioFormat.Voice.SampleRate, AudioFormat.MinSampleRate, AudioFormat.MaxSampleRate);
        if (_recorder is null || _source.Format.SampleRate != hertz)
        {
            // Browsers that cannot record at 16 kHz send what they have; the recorder converts it.
            _source = new CallbackAudioSource(new AudioFormat(hertz, 1, AudioEncoding.Int16));
            _recorder = client.CreateRecorder(_source);
        }
        return _recorder;
    }

    private async Task PressAsync(int? rate, PageChat chat, CancellationToken cancellationToken)
    {
        VoiceRecorder recorder = Prepare(rate);
        if (Streams(chat) is { } live)
        {
            await BeginStreamAsync(live, cancellationToken);
        }
        else
        {
            await recorder.PressAsync(cancellationToken);
        }
        page.Send(new VoiceNote("recording"));
    }

    private async Task ReleaseAsync(PageChat chat, CancellationToken cancellationToken)
    {
        if (_listening is not null)
        {
            await EndStreamAsync();
        }
        else if (_recorder is { IsRecording: true } recorder)
        {
            WavRecording? recording = await recorder.ReleaseAsync(cancellationToken);
            if (recording is null || recording.Pcm.IsEmpty)
            {
                page.Send(new VoiceNote("short"));
                return;
            }
            _ = AskAsync(recording, chat);
        }
    }

    /// <summary>Never throws.</summary>
    private Task AskAsync(WavRecording recording, PageChat chat)
    {
        string id = $"voice-{++_recordings}";
        page.Send(new VoiceNote("sent", id, Math.Round(recording.Duration.TotalSeconds, 1)));
        return chat.AskAsync(id, recording);
    }

    private async Task ListenAsync(int? rate, PageChat chat, CancellationToken cancellationToken)
    {
        VoiceRecorder recorder = Prepare(rate);
        if (Streams(chat) is { } live)
        {
            await BeginStreamAsync(live, cancellationToken);
        }
        else
        {
            _listening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _listener = HearAsync(recorder, chat, _listening.Token);
        }
        page.Send(new VoiceNote("listening"));
    }

    /// <summary>Hands-free: a pause ends and sends what is said; what sounds while the answer is waited for is not heard. Never throws.</summary>
    private async Task HearAsync(VoiceRecorder recorder, PageChat chat, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (WavRecording utterance in recorder.RecordUtterancesAsync(cancellationToken))
            {
                await AskAsync(utterance, chat).WaitAsync(cancellationToken);
                page.Send(new VoiceNote("listening"));
            }
        }
        catch (OperationCanceledException)
        {
            // The page stopped it, and knows.
        }
        catch (Exception e)
        {
            page.Send(ErrorText.For(e));
        }
    }

    /// <summary>Sends what is heard to the live session, until the source or the listening ends.</summary>
    private async Task BeginStreamAsync(LiveSession live, CancellationToken cancellationToken)
    {
        // At once: what arrives after this is heard.
        await _source.StartAsync(cancellationToken);
        _listening = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _listener = StreamAsync(live, _listening.Token);
    }

    /// <summary>Never throws.</summary>
    private async Task StreamAsync(LiveSession live, CancellationToken cancellationToken)
    {
        try
        {
            await live.StreamAsync(_source, null, cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or RavatarLiveException)
        {
            // The page stopped it, or the session has ended, which the page is told of elsewhere.
        }
        catch (Exception e)
        {
            page.Send(ErrorText.For(e));
        }
    }

    /// <summary>The button is up: what was heard before still goes out.</summary>
    private async Task EndStreamAsync()
    {
        await _source.StopAsync(CancellationToken.None);
        await _listener;
        _listening?.Dispose();
        _listening = null;
        page.Send(new VoiceNote("streamed"));
    }

    private LiveSession? Streams(PageChat chat) => streamsLiveAudio ? chat.Live : null;
}
