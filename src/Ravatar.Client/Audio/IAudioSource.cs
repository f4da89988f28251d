namespace Ravatar.Client;

/// <summary>
/// Where audio comes from: a microphone, a file, or anything of the caller's own. Reading is pull-based; there is one reader at a time.
/// </summary>
/// <remarks>
/// <para>
/// Whoever makes a source disposes it. The SDK starts, reads and stops the sources it is handed, and never disposes them:
/// one microphone serves any number of recordings and live streams, one after the other.
/// </para>
/// <para>
/// The life of a source is start, read …, stop, read to the end, and then start again. What was captured before the stop can still be
/// read after it; then <see cref="ReadAsync"/> gives 0. A source that lost its device throws <see cref="RavatarAudioException"/> from
/// <see cref="ReadAsync"/> and may be started again.
/// </para>
/// </remarks>
public interface IAudioSource : IAsyncDisposable
{
    /// <summary>The shape of the bytes that <see cref="ReadAsync"/> gives. It does not change between start and stop.</summary>
    AudioFormat Format { get; }

    /// <summary>Starts delivering. Starting a source that runs does nothing.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when audio flows.</returns>
    /// <exception cref="RavatarAudioException">The device cannot be started.</exception>
    ValueTask StartAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops delivering. Stopping a source that does not run does nothing.</summary>
    /// <param name="cancellationToken">Gives up waiting; the source stops all the same.</param>
    /// <returns>A task that ends when the source has stopped: no more audio is added to what can be read.</returns>
    ValueTask StopAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads what is there, and waits when nothing is.</summary>
    /// <param name="buffer">Where the bytes go. A read may end inside a sample; the next one carries on there.</param>
    /// <param name="cancellationToken">Gives up waiting; nothing is lost.</param>
    /// <returns>The bytes read, 1 to the buffer's length; 0 at the end: the source has stopped or is used up.</returns>
    /// <exception cref="RavatarAudioException">The device was lost or failed.</exception>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>
    /// Drops what was captured but not read, so that the next read gives what sounds now. Sources that capture nothing, such as files, do nothing.
    /// </summary>
    void DiscardBuffered();
}
