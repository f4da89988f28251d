using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ravatar.Client;

/// <summary>
/// Writes socket messages: one JSON object each, absent members left out. Together with <see cref="ChatDecoder"/> the only place that knows
/// their wire names.
/// </summary>
internal sealed class ChatEncoder(ChatIdentity identity)
{
    // The default encoder escapes every '+' of Base64 and all that is not ASCII; nothing here ends up in HTML.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private volatile PcmTemplate? _pcm;

    /// <summary>A typed question.</summary>
    public byte[] Text(string request, string? licenseId = null)
    {
        using PooledBuffer buffer = new(256 + request.Length);
        using (Utf8JsonWriter writer = Begin(buffer, "text", "text", licenseId))
        {
            writer.WriteString("request"u8, request);
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>A spoken question: the bytes of a WAV or WebM file.</summary>
    public byte[] Voice(VoiceClip clip, string? licenseId = null)
    {
        using PooledBuffer buffer = new(512 + (((clip.Data.Length + 2) / 3) * 4));
        using (Utf8JsonWriter writer = Begin(buffer, "voice", "audio", licenseId))
        {
            if (clip.IsPushToTalk)
            {
                writer.WriteBoolean("isPushToTalk"u8, true);
            }
            writer.WriteBase64String("file_base64_data"u8, clip.Data.Span);
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>Live audio: 16 kHz mono 16-bit little-endian PCM, 4,096 samples a frame. The same one until session or license change.</summary>
    public PcmTemplate PcmFor(string licenseId)
    {
        string? session = identity.Session();
        if (_pcm is { } present && present.IsFor(licenseId, session))
        {
            return present;
        }
        using PooledBuffer buffer = new(512);
        using (Utf8JsonWriter writer = Begin(buffer, "voice", "audio", licenseId, session))
        {
            writer.WriteString("audio_base64_pcm"u8, "");
            writer.WriteEndObject();
        }
        return _pcm = new PcmTemplate(buffer.ToArray(), licenseId, session);
    }

    private Utf8JsonWriter Begin(IBufferWriter<byte> buffer, string chatType, string requestType, string? licenseId) =>
        Begin(buffer, chatType, requestType, licenseId, identity.Session());

    private Utf8JsonWriter Begin(IBufferWriter<byte> buffer, string chatType, string requestType, string? licenseId, string? session)
    {
        Utf8JsonWriter writer = new(buffer, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("avatar_id"u8, identity.AvatarId);
        writer.WriteString("user_id"u8, identity.UserId);
        writer.WriteString("chat_type"u8, chatType);
        writer.WriteString("language"u8, identity.Language);
        writer.WriteString("requestType"u8, requestType);
        writer.WriteString("source"u8, identity.Source);
        writer.WriteBoolean("isLive"u8, licenseId is not null);
        if (session is { Length: > 0 })
        {
            writer.WriteString("session"u8, session);
        }
        if (licenseId is not null)
        {
            writer.WriteString("LicenseId"u8, licenseId);
        }
        return writer;
    }
}
