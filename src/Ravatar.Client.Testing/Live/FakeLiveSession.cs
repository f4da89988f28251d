using System.Buffers;
using System.Buffers.Binary;

namespace Ravatar.Client.Testing;

/// <summary>One live session, running or ended.</summary>
public sealed class FakeLiveSession
{
    /// <summary>35 minutes of audio: beyond it, frames are counted but not kept.</summary>
    private const int MaxAudioBytes = 64 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _audio = new();

    internal FakeLiveSession(string licenseId, string userId, string avatarId, int? width, int? height, DateTimeOffset startedAt)
    {
        LicenseId = licenseId;
        UserId = userId;
        AvatarId = avatarId;
        Width = width;
        Height = height;
        StartedAt = startedAt;
    }

    /// <summary>The <c>LicenseId</c>.</summary>
    public string LicenseId { get; }

    /// <summary>The user of the token that started it.</summary>
    public string UserId { get; }

    /// <summary>The avatar.</summary>
    public string AvatarId { get; }

    /// <summary>The width asked for, in pixels; <see langword="null"/> when none was.</summary>
    public int? Width { get; }

    /// <summary>The height asked for, in pixels; <see langword="null"/> when none was.</summary>
    public int? Height { get; }

    /// <summary>When it started, by the server's time provider.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>When it ended; <see langword="null"/> while it runs.</summary>
    public DateTimeOffset? EndedAt { get; internal set; }

    /// <summary>Whether the client ended it (<see langword="true"/>) or the server; <see langword="null"/> while it runs.</summary>
    public bool? EndedByClient { get; internal set; }

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => EndedAt is null;

    /// <summary>Frames of live audio received.</summary>
    public int FrameCount { get; private set; }

    /// <summary>The loudness of the last frame: its root mean square over full scale, 0 to 1.</summary>
    public double Level { get; private set; }

    /// <summary>How often its page was asked for.</summary>
    public int PageReads { get; internal set; }

    /// <summary>Whether the page was asked for with a good token, the last time.</summary>
    public bool? PageHadGoodToken { get; internal set; }

    /// <summary>All live audio received, frame after frame: 16 kHz, mono, 16-bit little-endian. At most 64 MiB are kept.</summary>
    /// <returns>A copy.</returns>
    public byte[] GetAudio()
    {
        lock (_lock)
        {
            return _audio.WrittenSpan.ToArray();
        }
    }

    internal void Receive(byte[] pcm)
    {
        var sum = 0.0;
        for (var i = 0; i + 1 < pcm.Length; i += 2)
        {
            var sample = BinaryPrimitives.ReadInt16LittleEndian(pcm.AsSpan(i)) / 32768.0;
            sum += sample * sample;
        }

        lock (_lock)
        {
            FrameCount++;
            Level = pcm.Length < 2 ? 0 : Math.Sqrt(sum / (pcm.Length / 2));
            if (_audio.WrittenCount + pcm.Length <= MaxAudioBytes)
            {
                _audio.Write(pcm);
            }
        }
    }
}
