namespace Ravatar.Client;

/// <summary>Audio from a WAV file or stream: PCM with 8, 16, 24 or 32 bits, 32-bit float, plain or extensible header.</summary>
/// <remarks>
/// It delivers as fast as it is read. While it is stopped, reads give 0; started again, it carries on where it was, so that a file can stand
/// in for a microphone over several utterances.
/// </remarks>
public sealed class WavAudioSource : IAudioSource
{
    private readonly StreamAudioSource _source;

    private WavAudioSource(StreamAudioSource source, TimeSpan? duration)
    {
        _source = source;
        Duration = duration;
    }

    /// <inheritdoc/>
    public AudioFormat Format => _source.Format;

    /// <summary>
    /// How long the audio is, by the header, or by the file where it holds less than that; <see langword="null"/> where the header does not tell, as in
    /// a WAV that was written to a pipe.
    /// </summary>
    public TimeSpan? Duration { get; }

    /// <summary>Opens a WAV file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Gives up reading the header.</param>
    /// <returns>The source, which the caller disposes.</returns>
    /// <exception cref="RavatarAudioException">
    /// The file is cut short or no WAV (<see cref="AudioErrorCode.RecorderError"/>), or its format cannot be converted
    /// (<see cref="AudioErrorCode.InvalidMediaConstraints"/>).
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static async Task<WavAudioSource> OpenAsync(string path, CancellationToken cancellationToken = default)
    {
        Guard.NotBlank(path);
        cancellationToken.ThrowIfCancellationRequested();
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 65_536, useAsync: true);
        return await OpenAsync(file, leaveOpen: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a WAV from a stream, from its current position on. The stream need not seek.</summary>
    /// <param name="stream">Where the file's bytes come from.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the source is disposed, or cannot be opened. Defaults to <see langword="false"/>.</param>
    /// <param name="cancellationToken">Gives up reading the header.</param>
    /// <returns>The source, which the caller disposes.</returns>
    /// <exception cref="RavatarAudioException">As for a file.</exception>
    public static async Task<WavAudioSource> OpenAsync(Stream stream, bool leaveOpen = false, CancellationToken cancellationToken = default)
    {
        Guard.NotNull(stream);
        try
        {
            (AudioFormat format, long? length) = await WavHeader.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
            // A file that was cut off holds less than it says.
            long? there = length is { } said && stream.CanSeek ? Math.Min(said, Math.Max(0, stream.Length - stream.Position)) : length;
            TimeSpan? duration = there is { } bytes ? format.DurationOf(bytes) : null;
            return new WavAudioSource(new StreamAudioSource(stream, format, leaveOpen, length), duration);
        }
        catch when (Close(stream, leaveOpen))
        {
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask StartAsync(CancellationToken cancellationToken = default) => _source.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken = default) => _source.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _source.ReadAsync(buffer, cancellationToken);

    /// <summary>Does nothing: a file captures nothing ahead of its reader.</summary>
    public void DiscardBuffered() { }

    /// <summary>Closes the file or stream, unless it was to be left open.</summary>
    /// <returns>A task that ends when that is done.</returns>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static bool Close(Stream stream, bool leaveOpen)
    {
        if (!leaveOpen)
        {
            stream.Dispose();
        }
        return true;
    }
}
