using System.Buffers;
using System.Buffers.Text;

namespace Ravatar.Client;

/// <summary>
/// A live audio message with its audio left out. Frames of one session differ in nothing else, so a frame costs a copy and its Base64. Immutable.
/// </summary>
/// <param name="empty">The message with no audio at all, which ends in <c>"audio_base64_pcm":""}</c>.</param>
/// <param name="licenseId">The session it is for.</param>
/// <param name="session">The <c>session</c> in it.</param>
internal sealed class PcmTemplate(byte[] empty, string licenseId, string? session)
{
    private const int TailBytes = 2; // the closing quote and brace

    /// <summary>Whether it is still what a frame of this session would say.</summary>
    public bool IsFor(string license, string? present) =>
        (ReferenceEquals(licenseId, license) || licenseId == license) && (ReferenceEquals(session, present) || session == present);

    /// <summary>How long a message with that much audio is.</summary>
    public int LengthFor(int samples) => empty.Length + ((samples + 2) / 3 * 4);

    /// <summary>Writes the message; returns its length.</summary>
    public int Write(ReadOnlySpan<byte> samples, Span<byte> message)
    {
        int head = empty.Length - TailBytes;
        empty.AsSpan(0, head).CopyTo(message);
        OperationStatus status = Base64.EncodeToUtf8(samples, message.Slice(head), out _, out int written);
        if (status != OperationStatus.Done)
        {
            throw new ArgumentException("The buffer is too short for the message.", nameof(message));
        }
        empty.AsSpan(head).CopyTo(message.Slice(head + written));
        return head + written + TailBytes;
    }
}
