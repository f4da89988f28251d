using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ravatar.Client.Testing;

/// <summary>Writes the socket's copy of an answer.</summary>
internal static class AnswerWriter
{
    public static byte[] Write(FakeAnswer answer, FakeHistoryRow row, FakeChat defaults)
    {
        if (answer.RawJson is { } raw)
        {
            return Encoding.UTF8.GetBytes(raw);
        }

        return Json.Object(writer =>
        {
            writer.Optional(answer.TypeAsDirection ? "direction" : "type", answer.Type);
            if (answer.WithId ?? defaults.AnswersHaveIds)
            {
                writer.Optional("_id", row.Id);
            }

            writer.Optional("user_id", row.UserId);
            if (answer.WithRequest ?? defaults.AnswersRepeatRequest)
            {
                writer.Optional("request", row.Request);
            }

            writer.Optional(answer.TextMember, answer.Text);
            writer.Optional("avatar_id", row.AvatarId);
            writer.Optional("avatar_name", row.AvatarName);
            WriteDate(writer, row.Date ?? 0, answer.DateStyle ?? defaults.AnswerDates);
            writer.Optional("chat_type", row.ChatType);
            writer.Optional("language_code", row.LanguageCode);
            writer.Optional("fileUrl", row.FileUrl);
            WriteAudio(writer, answer);
        });
    }

    private static void WriteDate(Utf8JsonWriter writer, long milliseconds, FakeDateStyle style)
    {
        switch (style)
        {
            case FakeDateStyle.Milliseconds:
                writer.WriteNumber("date", milliseconds);
                break;
            case FakeDateStyle.Seconds:
                writer.WriteNumber("date", milliseconds / 1000);
                break;
            case FakeDateStyle.Timestamp:
                var date = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
                writer.WriteString("timestamp", date.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
                break;
            default:
                break;
        }
    }

    private static void WriteAudio(Utf8JsonWriter writer, FakeAnswer answer)
    {
        if (answer.Audio.IsEmpty)
        {
            return;
        }

        if (answer.AudioAsDataUrl)
        {
            writer.WriteString(answer.AudioMember, "data:audio/wav;base64," + Convert.ToBase64String(answer.Audio.Span));
        }
        else
        {
            writer.WriteBase64String(answer.AudioMember, answer.Audio.Span);
        }
    }
}
