using System.Text;
using System.Text.Json;

namespace Ravatar.Client;

/// <summary>
/// What an answer says about its own failure. The shape of RAVATAR's error bodies is published nowhere: <c>error</c>, then
/// <c>message</c>, then the raw text are read, whatever the content type.
/// </summary>
/// <param name="Status">The body's <c>status</c>, where it has one.</param>
/// <param name="Code">The body's <c>error</c>.</param>
/// <param name="Message">The body's <c>message</c>, else <c>error</c>, else its text as a person would read it.</param>
internal readonly record struct ErrorBody(int? Status, string? Code, string? Message)
{
    private const int LongestText = 500;
    private const int LongestCode = 100;

    // A failure is short; what is longer holds lists.
    private const int LongestPeek = 4 * 1024;

    // Only the start of a body can end up in a message, and markup shrinks by perhaps ten times.
    private const int LongestRaw = 16 * 1024;

    /// <summary>Reads whatever the body holds; never throws.</summary>
    /// <param name="body">The answer's body.</param>
    /// <param name="secret">The token the request carried: masked where the server quotes it.</param>
    public static ErrorBody Read(ReadOnlySpan<byte> body, string? secret = null)
    {
        try
        {
            if (ReadJson(body, secret) is { Message: not null } error)
            {
                return error;
            }
        }
        catch (JsonException)
        {
            // No JSON, or cut off: its text has to do.
        }
        ReadOnlySpan<byte> start = body.Slice(0, Math.Min(body.Length, LongestRaw));
        return new ErrorBody(null, null, Clean(Encoding.UTF8.GetString(start.ToArray()), secret, body.Length > LongestRaw));
    }

    /// <summary>Reads only the members that tell of a failure, for bodies whose text may hold a token.</summary>
    /// <exception cref="JsonException">Malformed JSON.</exception>
    public static ErrorBody ReadMembers(ReadOnlySpan<byte> json, string? secret) => ReadJson(json, secret) ?? default;

    /// <summary>
    /// The <c>status</c> a JSON object announces: in a short one wherever it stands, in a long one ahead of the first nested value that holds anything.
    /// Cheap: of a long list nothing is read.
    /// </summary>
    public static int? PeekStatus(ReadOnlySpan<byte> body)
    {
        try
        {
            Utf8JsonReader reader = JsonRead.Open(body);
            if (reader.TokenType is not JsonTokenType.StartObject)
            {
                return null;
            }
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                bool isStatus = JsonRead.Is(ref reader, "status"u8);
                reader.Read();
                if (isStatus)
                {
                    return JsonRead.ReadInt32OrNull(ref reader);
                }
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    if (body.Length > LongestPeek && !IsEmpty(reader))
                    {
                        return null;
                    }
                    reader.Skip();
                }
            }
        }
        catch (JsonException)
        {
            // Whoever reads the body says so.
        }
        return null;
    }

    // On a copy of the reader.
    private static bool IsEmpty(Utf8JsonReader nested) =>
        nested.Read() && nested.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;

    private static ErrorBody? ReadJson(ReadOnlySpan<byte> body, string? secret)
    {
        Utf8JsonReader reader = JsonRead.Open(body);
        if (reader.TokenType is JsonTokenType.String)
        {
            return new ErrorBody(null, null, Clean(JsonRead.GetString(ref reader), secret));
        }
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            return null;
        }
        int? status = null;
        Said error = default;
        Said words = default;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (JsonRead.Is(ref reader, "status"u8))
            {
                reader.Read();
                status = JsonRead.ReadInt32OrNull(ref reader);
            }
            else if (JsonRead.Is(ref reader, "error"u8))
            {
                reader.Read();
                error = ReadSaid(ref reader);
            }
            else if (JsonRead.Is(ref reader, "message"u8))
            {
                reader.Read();
                words = ReadSaid(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
        string? code = Clean(error.Text ?? error.Code ?? words.Code, secret);
        string? message = Clean(words.Text ?? words.Message, secret) ?? Clean(error.Message, secret);
        return new ErrorBody(status, Shorten(code, LongestCode), message ?? code);
    }

    // {"error": {"code": "...", "message": "..."}} is common enough among servers to be understood.
    private static Said ReadSaid(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            return new Said(JsonRead.ReadStringOrNull(ref reader), null, null);
        }
        string? code = null;
        string? message = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            bool isCode = JsonRead.Is(ref reader, "code"u8);
            bool isMessage = JsonRead.Is(ref reader, "message"u8);
            reader.Read();
            if (isCode)
            {
                code = JsonRead.ReadStringOrNull(ref reader);
            }
            else if (isMessage)
            {
                message = JsonRead.ReadStringOrNull(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
        return new Said(null, code, message);
    }

    // Masked before it is cut: half a token is too much as well.
    private static string? Clean(string? text, string? secret, bool isCut = false)
    {
        if (text is null)
        {
            return null;
        }
        isCut |= text.Length > LongestRaw;
        return Shorten(PlainText.From(text.Length > LongestRaw ? text.Remove(LongestRaw) : text, secret, isCut), LongestText);
    }

    private static string? Shorten(string? text, int longest) => text is { Length: > 0 } ? PlainText.Cut(text, longest) : null;

    /// <summary>What <c>error</c> or <c>message</c> says: a text, or an object with two of them.</summary>
    private readonly record struct Said(string? Text, string? Code, string? Message);
}
