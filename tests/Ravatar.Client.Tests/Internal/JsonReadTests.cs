using System.Text;
using System.Text.Json;
using Xunit;

namespace Ravatar.Client.Tests;

public class JsonReadTests
{
    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("\"\"", "")]
    [InlineData("12.50", "12.50")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("null", null)]
    [InlineData("{\"x\":[1,{}]}", null)]
    [InlineData("[[1],2]", null)]
    [InlineData("\"\\u00e9\\n\"", "é\n")]
    [InlineData("\"a\\ud800b\\t\\\"\"", "a\uFFFDb\t\"")]
    [InlineData("\"\\ud83d\\ude00\\udc00\"", "😀\uFFFD")]
    public void Strings_are_read_from_anything_that_has_a_plain_text(string json, string? expected)
    {
        Assert.Equal(expected, Read(json, static (ref Utf8JsonReader r) => JsonRead.ReadStringOrNull(ref r)));
    }

    [Fact]
    public void Invalid_utf8_becomes_replacement_characters()
    {
        byte[] json = [(byte)'"', (byte)'a', 0xFF, (byte)'b', (byte)'"'];
        Utf8JsonReader reader = JsonRead.Open(json);
        Assert.Equal("a\uFFFDb", JsonRead.ReadStringOrNull(ref reader));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("\"True\"", true)]
    [InlineData("\" false \"", false)]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("\"1\"", true)]
    [InlineData("\"0\"", false)]
    [InlineData("\"maybe\"", null)]
    [InlineData("null", null)]
    [InlineData("[true]", null)]
    public void Booleans_are_read_from_strings_and_numbers(string json, bool? expected)
    {
        Assert.Equal(expected, Read(json, static (ref Utf8JsonReader r) => JsonRead.ReadBoolOrNull(ref r)));
    }

    [Theory]
    [InlineData("30", 30d)]
    [InlineData("\"2.5\"", 2.5d)]
    [InlineData("1e400", null)]
    [InlineData("\"NaN\"", null)]
    [InlineData("\"Infinity\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("{}", null)]
    [InlineData("true", null)]
    public void Numbers_are_finite_or_nothing(string json, double? expected)
    {
        Assert.Equal(expected, Read(json, static (ref Utf8JsonReader r) => JsonRead.ReadDoubleOrNull(ref r)));
    }

    [Theory]
    [InlineData("402", 402)]
    [InlineData("\"402\"", 402)]
    [InlineData("200.0", 200)]
    [InlineData("200.5", null)]
    [InlineData("3000000000", null)]
    [InlineData("\"ok\"", null)]
    public void Whole_numbers_are_in_range_or_nothing(string json, int? expected)
    {
        Assert.Equal(expected, Read(json, static (ref Utf8JsonReader r) => JsonRead.ReadInt32OrNull(ref r)));
    }

    [Theory]
    [InlineData("1737820800000", "2025-01-25T16:00:00Z")]
    [InlineData("\"1737820800000\"", "2025-01-25T16:00:00Z")]
    [InlineData("\"2025-01-25T16:00:00\"", "2025-01-25T16:00:00Z")]
    [InlineData("\"2025-01-25T18:00:00.5+02:00\"", "2025-01-25T16:00:00.5Z")]
    [InlineData("1737820800", "1970-01-21T02:43:40.8Z")]
    [InlineData("1e300", null)]
    [InlineData("-1e300", null)]
    [InlineData("253402300800000", null)]
    [InlineData("\" 2025-01-25T16:00:00Z \"", "2025-01-25T16:00:00Z")]
    [InlineData("\"2025-01-25\"", "2025-01-25T00:00:00Z")]
    [InlineData("\"2025-01-25 16:00\"", "2025-01-25T16:00:00Z")]
    [InlineData("\"yesterday\"", null)]
    [InlineData("\"12:30\"", null)]
    [InlineData("\"5/6/2025\"", null)]
    [InlineData("\"25.1.2025 10:00\"", null)]
    [InlineData("\"May 5\"", null)]
    [InlineData("\"2025-1-25\"", null)]
    [InlineData("\"20a5-01-25\"", null)]
    [InlineData("\"2025-01-2\"", null)]
    [InlineData("null", null)]
    [InlineData("{}", null)]
    public void Dates_are_unix_milliseconds_or_iso(string json, string? expected)
    {
        DateTimeOffset? date = Read(json, static (ref Utf8JsonReader r) => JsonRead.ReadUnixOrIsoDate(ref r));
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, null), date);
    }

    [Theory]
    [InlineData("1737820800", "2025-01-25T16:00:00Z")]
    [InlineData("1737820800000", "2025-01-25T16:00:00Z")]
    public void Small_unix_times_are_seconds_where_the_caller_says_so(string json, string expected)
    {
        DateTimeOffset? date = Read(json, static (ref Utf8JsonReader r) => JsonRead.ReadUnixOrIsoDate(ref r, smallIsSeconds: true));
        Assert.Equal(DateTimeOffset.Parse(expected, null), date);
    }

    [Theory]
    [InlineData("\"https://example.com/a.mp4\"", "https://example.com/a.mp4")]
    [InlineData("\"/files/a.mp4\"", "/files/a.mp4")]
    [InlineData("\"//cdn.example.com/a.mp4\"", "//cdn.example.com/a.mp4")]
    [InlineData("\"data:audio/wav;base64,AAAA\"", "data:audio/wav;base64,AAAA")]
    [InlineData("\"javascript:alert(1)\"", null)]
    [InlineData("\"java\\tscript:alert(1)\"", null)]
    [InlineData("\"java\\u0000script:alert(1)\"", null)]
    [InlineData("\"vbscript:x\"", null)]
    [InlineData("\"a/b:c.mp4\"", "a/b:c.mp4")]
    [InlineData("\"file:///etc/passwd\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("7", null)]
    [InlineData("{}", null)]
    public void Addresses_are_of_the_web_or_nothing(string json, string? expected)
    {
        Assert.Equal(expected, Read(json, static (ref Utf8JsonReader r) => JsonRead.ReadUriOrNull(ref r))?.OriginalString);
    }

    [Fact]
    public void Equal_texts_share_one_string()
    {
        string first = new(['e', 'n']);
        Utf8JsonReader reader = JsonRead.Open("\"en\""u8);
        Assert.Same(first, JsonRead.ReadStringOrNull(ref reader, first));
        Utf8JsonReader other = JsonRead.Open("\"de\""u8);
        Assert.Equal("de", JsonRead.ReadStringOrNull(ref other, first));
    }

    [Fact]
    public void Names_are_compared_without_exceptions_whatever_they_hold()
    {
        Utf8JsonReader escaped = JsonRead.Open("\"\\u0061\\u0062\""u8);
        Assert.True(JsonRead.Is(ref escaped, "ab"u8));
        Utf8JsonReader broken = JsonRead.Open("\"\\ud800\""u8);
        Assert.False(JsonRead.Is(ref broken, "abcdef"u8));
    }

    [Fact]
    public void Unknown_members_are_kept_and_the_reader_goes_on_behind_them()
    {
        Utf8JsonReader reader = JsonRead.Open("{\"x\":{\"y\":[1]},\"z\":2}"u8);
        Dictionary<string, JsonElement>? unknown = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            JsonRead.Keep(ref reader, ref unknown);
        }
        Assert.Equal(JsonTokenType.EndObject, reader.TokenType);
        Assert.Equal("{\"y\":[1]}", unknown!["x"].GetRawText());
        Assert.Equal(2, unknown["z"].GetInt32());
    }

    private delegate T ReadValue<T>(ref Utf8JsonReader reader);

    // The value sits between others, so that a method which leaves the reader elsewhere is found out.
    private static T Read<T>(string json, ReadValue<T> read)
    {
        Utf8JsonReader reader = JsonRead.Open(Encoding.UTF8.GetBytes($"[{json},\"end\"]"));
        Assert.True(reader.Read());
        T value = read(ref reader);
        Assert.True(reader.Read());
        Assert.Equal("end", reader.GetString());
        return value;
    }
}
