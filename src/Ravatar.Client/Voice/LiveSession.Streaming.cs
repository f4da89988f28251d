namespace Ravatar.Client;

/// <content>Audio sources, streamed.</content>
public sealed partial class LiveSession
{
    private const int FrameBytes = PcmFramer.BytesPerFrame;

    private int _streaming;

    /// <summary>
    /// Streams a source until it ends, is stopped, or the token is cancelled: starts it, converts whatever it gives to 16 kHz mono, sends frames of
    /// 4,096 samples (the last one filled up with silence), and stops it. Of a microphone that is faster than the network the oldest frames are dropped,
    /// so that the avatar hears what is said now.
    /// </summary>
    /// <param name="source">Where the audio comes from, in any format. It stays the caller's, who disposes it.</param>
    /// <param name="options">How to stream. Defaults to the defaults of <see cref="LiveStreamOptions"/>.</param>
    /// <param name="cancellationToken">Ends the streaming, as a microphone's usually ends. The session goes on.</param>
    /// <returns>What was sent and dropped, at the source's end or at the session's <see cref="EndAsync"/>; the session's total is <see cref="GetStatistics"/>.</returns>
    /// <exception cref="InvalidOperationException">The session streams a source already.</exception>
    /// <exception cref="RavatarAudioException">The source failed.</exception>
    /// <exception cref="RavatarLiveException">The session ended otherwise than on this side; <see cref="Ended"/> tells how.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The session was ended or disposed before.</exception>
    public async Task<LiveStreamResult> StreamAsync(
        IAudioSource source,
        LiveStreamOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Guard.NotNull(source);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfOver();
        if (Interlocked.Exchange(ref _streaming, 1) != 0)
        {
            throw new InvalidOperationException("The session streams a source already; two at once would be mixed up. Wait for its end.");
        }
        try
        {
            return await StreamOneAsync(source, options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _streaming, 0);
        }
    }

    private async Task<LiveStreamResult> StreamOneAsync(
        IAudioSource source,
        LiveStreamOptions? options,
        CancellationToken cancellationToken
    )
    {
        bool isFile = source is WavAudioSource or GatedSource { IsFile: true };
        FramePace? pace = options?.RealTime ?? isFile ? new FramePace(_environment.Time) : null;
        FrameCount count = new();
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _watching.Token);
        await source.StartAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            source.DiscardBuffered();
            await PumpAsync(new PcmFrameReader(source), pace, waits: isFile, count, either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is OperationCanceledException or ObjectDisposedException or RavatarLiveException
                && (cancellationToken.IsCancellationRequested || !IsRunning)
            )
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_cause!.Reason != LiveEndReason.EndedByClient)
            {
                ThrowIfOver();
            }
        }
        finally
        {
            await source.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
        return new LiveStreamResult(count.Sent, count.Dropped);
    }

    /// <summary>What comes in real time is never waited for; a file can wait until each frame is written.</summary>
    private async Task PumpAsync(PcmFrameReader reader, FramePace? pace, bool waits, FrameCount count, CancellationToken cancellationToken)
    {
        byte[] frame = new byte[FrameBytes];
        Task last = Task.CompletedTask;
        while (await reader.ReadFrameAsync(frame, cancellationToken).ConfigureAwait(false) > 0)
        {
            if (pace is not null)
            {
                await pace.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            ValueTask<bool> sending = SendPcmAsync(frame, CancellationToken.None);
            if (sending.IsCompletedSuccessfully)
            {
                count.Add(sending.Result);
                continue;
            }
            last = count.AddAsync(sending, last);
            if (waits)
            {
                await last.WithCancellation(cancellationToken).ConfigureAwait(false);
            }
        }
        await last.WithCancellation(cancellationToken).ConfigureAwait(false);
    }

    private sealed class FrameCount
    {
        private long _sent;
        private long _dropped;

        public long Sent => Interlocked.Read(ref _sent);

        public long Dropped => Interlocked.Read(ref _dropped);

        public void Add(bool written) => Interlocked.Increment(ref written ? ref _sent : ref _dropped);

        /// <summary>Ends when all that was added before has been counted as well.</summary>
        public async Task AddAsync(ValueTask<bool> sending, Task before)
        {
            Add(await sending.ConfigureAwait(false));
            await before.ConfigureAwait(false);
        }
    }
}
