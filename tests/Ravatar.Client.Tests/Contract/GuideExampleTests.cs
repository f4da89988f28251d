using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The examples of RAVATAR's guide, word for word, on their own paths.</summary>
public sealed class GuideExampleTests(WireMockFixture wireMock) : WireMockTests(wireMock)
{
    [Fact]
    public async Task Signing_in_sends_exactly_the_documented_body()
    {
        await using RavatarClient client = Client("");
        await client.GetConfigurationAsync();
        // Other tests of the guide's own paths sign in the same way.
        WireMockRequest request = (await RequestsAsync("")).First(r =>
            r.Path == "/jwt" && r.Body == """{"user_id":"user-12345","project_id":"proj-abc"}"""
        );
        Assert.Equal("POST", request.Method);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.False(request.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task The_project_is_absent_when_it_is_not_set()
    {
        await using RavatarClient client = Client("", o => o.ProjectId = null);
        await client.GetConfigurationAsync();
        Assert.Contains(await RequestsAsync(""), r => r.Path == "/jwt" && r.Body == """{"user_id":"user-12345"}""");
    }

    [Fact]
    public async Task The_configuration_of_the_guide_arrives_whole()
    {
        await using RavatarClient client = Client("");
        ChatConfiguration configuration = await client.GetConfigurationAsync();
        Assert.Equal(200, configuration.Status);
        Assert.Equal("session-identifier", configuration.Session);
        Avatar avatar = Assert.Single(configuration.Avatars);
        Assert.Equal("avatar-id-123", avatar.Id);
        Assert.Equal("Assistant", avatar.Name);
        Assert.Equal("Hello! How can I help you today?", avatar.GreetingText);
        Assert.True(avatar.HasLiveMode);
        Assert.Equal("https://example.com/avatar-small.png", avatar.PreviewIcons.Small?.AbsoluteUri);
        Assert.Equal("https://example.com/avatar-medium.png", avatar.PreviewIcons.Medium?.AbsoluteUri);
        Assert.Equal("https://example.com/avatar-large.png", avatar.PreviewIcons.Large?.AbsoluteUri);
        Assert.Equal("https://example.com/start-icon.png", avatar.StartButtonIcon?.AbsoluteUri);
        Assert.Equal("https://example.com/idle.mp4", avatar.IdleVideo?.AbsoluteUri);
        Language language = Assert.Single(configuration.Languages);
        Assert.Equal(("en", "English"), (language.Code, language.Name));
        Assert.Equal("https://example.com/flags/en.png", language.IconUrl?.AbsoluteUri);
        Assert.Equal([ChatType.Text, ChatType.Voice, ChatType.Video], configuration.ChatTypes);
        Assert.Equal(TimeSpan.FromSeconds(30), configuration.MessageTimeout);
        Assert.Equal(TimeSpan.FromSeconds(10), configuration.StopSpeakingTimeout);
        Assert.True(configuration.VadEnabled);
        Assert.True(configuration.VoiceModeSelector);
        Assert.Null(configuration.AdditionalProperties);
    }

    [Fact]
    public async Task The_history_of_the_guide_arrives_whole()
    {
        await using RavatarClient client = Client("", o => (o.UserId, o.ProjectId) = ("user-123", null));
        HistoryPage page = await client.GetHistoryPageAsync(page: 1, perPage: 50);
        Assert.Equal(1, page.Page);
        Assert.False(page.HasMore);
        Assert.Equal(2, page.Messages.Count);
        HistoryMessage question = page.Messages[0];
        Assert.Equal("message-id-123", question.Id);
        Assert.Equal(MessageDirection.Outgoing, question.Direction);
        Assert.Equal("user-123", question.UserId);
        Assert.Equal("Hello, how are you?", question.Request);
        Assert.Equal("avatar-id-123", question.AvatarId);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1737820800000), question.Date);
        Assert.Equal(ChatType.Text, question.ChatType);
        Assert.Equal("en", question.LanguageCode);
        Assert.Null(question.Answer);
        Assert.Null(question.AvatarName);
        Assert.Null(question.FileUrl);
        HistoryMessage answer = page.Messages[1];
        Assert.Equal("message-id-124", answer.Id);
        Assert.Equal(MessageDirection.Incoming, answer.Direction);
        Assert.Equal("Hello, how are you?", answer.Request);
        Assert.Equal("I'm doing great! How can I assist you today?", answer.Answer);
        Assert.Equal("Assistant", answer.AvatarName);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1737820801000), answer.Date);
        Assert.Equal("https://example.com/response.mp4", answer.FileUrl?.AbsoluteUri);
    }

    [Fact]
    public async Task Every_other_call_carries_the_token_and_sends_what_the_guide_says()
    {
        await using RavatarClient client = Client("", o => (o.UserId, o.ProjectId) = ("user-123", null));
        await client.GetConfigurationAsync();
        await client.GetHistoryPageAsync(page: 1, perPage: 50);
        IReadOnlyList<WireMockRequest> requests = [.. (await RequestsAsync("")).Where(r => r.Path != "/jwt")];
        Assert.Contains(requests, r => r.Endpoint == "GET /connection");
        Assert.Contains(requests, r => r is { Method: "GET", Url: "/chat?user_id=user-123&per_page=50&page=1" });
        Assert.All(requests, r => Assert.Equal($"Bearer {GuideToken}", r.Headers["Authorization"]));
        Assert.All(requests, r => Assert.Equal("", r.Body));
    }
}
