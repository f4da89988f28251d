namespace Ravatar.Client;

/// <summary>
/// A recorded utterance, ready to send: the bytes of a WAV or WebM file. RAVATAR wants 16 kHz mono; the bit depth varies
/// (Audio Format Comparison: "Standard (Blob)").
/// </summary>
public class VoiceClip
{
    /// <summary>Wraps the bytes of a file. They are not copied: leave them alone until the message has been sent.</summary>
    /// <param name="data">The whole file, WAV (<c>RIFF</c>) or WebM (<c>1A 45 DF A3</c>).</param>
    /// <param name="isPushToTalk">Whether the user, not voice activity detection, ended the recording: <c>isPushToTalk</c> on the wire.</param>
    /// <exception cref="ArgumentException">The bytes are empty, or neither WAV nor WebM.</exception>
    public VoiceClip(ReadOnlyMemory<byte> data, bool isPushToTalk = false)
    {
        if (!IsWav(data.Span) && !IsWebM(data.Span))
        {
            throw new ArgumentException(
                data.IsEmpty
                    ? "The audio is empty. Give the bytes of a WAV or WebM file."
                    : "The audio starts like neither a WAV (RIFF…WAVE) nor a WebM (1A 45 DF A3) file. Convert it, or record with the SDK's recorder.",
                nameof(data)
            );
        }
        Data = data;
        IsPushToTalk = isPushToTalk;
    }

    /// <summary>The file's bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Whether the user, not voice activity detection, ended the recording.</summary>
    public bool IsPushToTalk { get; }

    private static bool IsWav(ReadOnlySpan<byte> data) =>
        data.Length >= 12 && data.StartsWith("RIFF"u8) && data.Slice(8).StartsWith("WAVE"u8);

    private static bool IsWebM(ReadOnlySpan<byte> data) => data.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]);
}
