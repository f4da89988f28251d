namespace Ravatar.Client;

/// <summary>A recorded utterance: a whole WAV file in memory, 16 kHz, mono, 16-bit (<see cref="AudioFormat.Voice"/>), ready to send.</summary>
public sealed class WavRecording : VoiceClip
{
    internal WavRecording(ReadOnlyMemory<byte> file, bool isPushToTalk)
        : base(file, isPushToTalk) { }

    /// <summary>The audio itself, without the 44 bytes of header: 16-bit little-endian samples.</summary>
    public ReadOnlyMemory<byte> Pcm => Data.Slice(WavHeader.Size);

    /// <summary>How long it sounds.</summary>
    public TimeSpan Duration => AudioFormat.Voice.DurationOf(Pcm.Length);

    /// <summary>Makes a recording of audio the caller has: a header is put before a copy of it.</summary>
    /// <param name="pcm">16-bit little-endian samples, 16 kHz, mono.</param>
    /// <param name="isPushToTalk">Whether the user, not voice activity detection, ended the recording.</param>
    /// <returns>The recording.</returns>
    /// <exception cref="ArgumentException">The number of bytes is odd.</exception>
    public static WavRecording FromPcm(ReadOnlySpan<byte> pcm, bool isPushToTalk = false)
    {
        if (pcm.Length % 2 != 0)
        {
            throw new ArgumentException("16-bit audio has an even number of bytes.", nameof(pcm));
        }
        var encoder = new WavEncoder(pcm.Length);
        encoder.Write(pcm);
        return encoder.ToRecording(isPushToTalk);
    }

    /// <summary>Writes the WAV file.</summary>
    /// <param name="path">Where to; a file that is there is replaced.</param>
    /// <param name="cancellationToken">Gives up writing; a part may have been written.</param>
    /// <returns>A task that ends when the file is written.</returns>
    public async Task SaveAsync(string path, CancellationToken cancellationToken = default)
    {
        Guard.NotBlank(path);
        cancellationToken.ThrowIfCancellationRequested();
#if NETSTANDARD2_0
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 65_536, useAsync: true);
        byte[] bytes = Data.ToArray();
        await file.WriteAsync(bytes, 0, bytes.Length, cancellationToken).ConfigureAwait(false);
#else
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 65_536, useAsync: true);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(Data, cancellationToken).ConfigureAwait(false);
        }
#endif
    }
}
