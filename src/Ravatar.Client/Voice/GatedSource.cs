namespace Ravatar.Client;

/// <summary>A source as 16 kHz mono 16-bit audio that is silent while a gate is closed, with a level meter.</summary>
internal sealed class GatedSource(IAudioSource source, Func<bool> isOpen) : IAudioSource
{
    private readonly VoiceReader _reader = new(source);
    private readonly LevelMeter _meter = new();

    public AudioFormat Format => AudioFormat.Voice;

    /// <summary>Whether it is a file, which does not come in real time by itself.</summary>
    public bool IsFile => source is WavAudioSource;

    public AudioLevel Level => _meter.Level;

    public ValueTask StartAsync(CancellationToken cancellationToken = default) => source.StartAsync(cancellationToken);

    public ValueTask StopAsync(CancellationToken cancellationToken = default) => source.StopAsync(cancellationToken);

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await _reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Memory<byte> audio = buffer.Slice(0, read);
        if (!isOpen())
        {
            audio.Span.Clear();
        }
        _meter.Add(audio.Span);
        return read;
    }

    public void DiscardBuffered() => source.DiscardBuffered();

    /// <summary>Does nothing: the source is somebody else's.</summary>
    public ValueTask DisposeAsync() => default;
}
