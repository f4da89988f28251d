using System.Text.RegularExpressions;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What a line of the library's code can rely on, as far as its text shows it.</summary>
public class SourceRuleTests
{
    private const int LongestFile = 300;

    private static readonly IReadOnlyList<SourceFile> Library = SourceFile.Below("src", "Ravatar.Client");

    [Theory]
    [InlineData("src")]
    [InlineData("samples")]
    public void A_file_reads_in_one_sitting(string folder) =>
        Nothing(
            from file in SourceFile.Below(folder)
            let lines = file.Text.AsSpan().Count('\n')
            where lines > LongestFile
            select $"{folder}/{file.Path} has {lines} lines; {LongestFile} are the limit."
        );

    [Fact]
    public void A_file_holds_at_most_one_public_type_and_has_its_name() =>
        Nothing(
            from file in SourceFile.Below("src")
            let types = file.PublicTypes.Distinct().ToList()
            let name = Path.GetFileName(file.Path).Split('.')[0]
            where types.Count > 1 || (types.Count == 1 && types[0] != name)
            select $"{file.Path} holds the public types {string.Join(", ", types)}."
        );

    [Fact]
    public void One_class_knows_the_platform_s_socket() =>
        Assert.Equal(["Chat/ClientWebSocketConnector.cs"], FilesWith(@"\bClientWebSocket\b"));

    [Fact]
    public void Only_the_codec_knows_the_socket_s_wire_names() =>
        Nothing(
            from file in Library
            where !file.Path.StartsWith("Chat/Messages/", StringComparison.Ordinal)
            from Match name in Regex.Matches(
                file.Text,
                "(?<!name=)\"(requestType|isPushToTalk|file_base64_data|audio_base64|audio_base64_pcm)\""
            )
            select $"{file.Path}: {name.Value}"
        );

    [Fact]
    public void Http_knows_no_sockets_and_chat_no_http_client()
    {
        Nothing(FilesWith(@"\bWebSocket\w*").Where(static path => path.StartsWith("Http/", StringComparison.Ordinal)));
        Nothing(
            FilesWith(@"\bHttpClient\b|\bHttpRequestMessage\b").Where(static path => path.StartsWith("Chat/", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void Audio_knows_no_json_and_no_network() =>
        Nothing(
            FilesWith(@"\bSystem\.(Net|Text\.Json)\b|\bHttpClient\b|\bJson\w+")
                .Where(static path => path.StartsWith("Audio/", StringComparison.Ordinal))
        );

    [Theory]
    [InlineData(@"\basync\s+void\b")]
    [InlineData(@"\bThread\.Sleep\b")]
    [InlineData(@"\bDateTime(Offset)?\.(Utc)?Now\b")]
    [InlineData(@"\bStopwatch\b|\bEnvironment\.TickCount")]
    [InlineData(@"\.GetAwaiter\(\)\.GetResult\(\)|\.Wait\(\)")]
    [InlineData(@"\bConsole\.(?!CancelKeyPress)")]
    public void The_library_never_says(string pattern) => Nothing(FilesWith(pattern));

    [Fact]
    public void A_catch_that_does_nothing_says_why() =>
        Nothing(
            Library
                .Where(static file => Regex.IsMatch(file.Text, @"\bcatch\s*(\([^)]*\))?(\s*when\s*\([^{]*\))?\s*\{\s*\}"))
                .Select(static file => file.Path)
        );

    private static IEnumerable<string> FilesWith(string pattern) =>
        Library.Where(file => Regex.IsMatch(file.Code, pattern)).Select(static file => file.Path);

    private static void Nothing(IEnumerable<string> found)
    {
        List<string> all = [.. found];
        Assert.True(all.Count == 0, string.Join(Environment.NewLine, all));
    }
}
