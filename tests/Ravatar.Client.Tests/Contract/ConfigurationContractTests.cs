using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Configurations and histories other than the guide's example.</summary>
public sealed class ConfigurationContractTests(WireMockFixture wireMock) : WireMockTests(wireMock)
{
    [Fact]
    public async Task What_the_guide_leaves_out_has_its_default()
    {
        await using RavatarClient client = Client("least");
        ChatConfiguration configuration = await client.GetConfigurationAsync();
        Avatar avatar = Assert.Single(configuration.Avatars);
        Assert.False(avatar.HasLiveMode);
        Assert.Null(avatar.GreetingText);
        Assert.Null(avatar.PreviewIcons.Small);
        Assert.Null(avatar.IdleVideo);
        Assert.Null(Assert.Single(configuration.Languages).IconUrl);
        Assert.Equal(TimeSpan.FromSeconds(30), configuration.MessageTimeout);
        Assert.Null(configuration.StopSpeakingTimeout);
        Assert.False(configuration.VadEnabled);
        Assert.False(configuration.VoiceModeSelector);
    }

    [Fact]
    public async Task The_other_names_of_identifiers_are_accepted()
    {
        await using RavatarClient client = Client("other-names");
        ChatConfiguration configuration = await client.GetConfigurationAsync();
        Assert.Equal("avatar-id-123", Assert.Single(configuration.Avatars).Id);
        Assert.Equal("en", Assert.Single(configuration.Languages).Code);
        Assert.Null(configuration.Session);
    }

    [Fact]
    public async Task Unknown_members_and_kinds_of_chat_survive()
    {
        await using RavatarClient client = Client("unknown-members");
        ChatConfiguration configuration = await client.GetConfigurationAsync();
        Assert.Equal("blue", configuration.AdditionalProperties!["theme"].GetProperty("colour").GetString());
        Assert.Equal("good", Assert.Single(configuration.Avatars).AdditionalProperties!["mood"].GetString());
        Assert.False(Assert.Single(configuration.Languages).AdditionalProperties!["rtl"].GetBoolean());
        Assert.Equal([ChatType.Text, new ChatType("hologram")], configuration.ChatTypes);
    }

    [Fact]
    public async Task Members_of_another_type_do_not_throw()
    {
        await using RavatarClient client = Client("wrong-types");
        ChatConfiguration configuration = await client.GetConfigurationAsync();
        Assert.Equal("42", configuration.Session);
        Avatar avatar = Assert.Single(configuration.Avatars);
        Assert.Equal("", avatar.Name);
        Assert.True(avatar.HasLiveMode);
        Assert.Empty(configuration.Languages);
        Assert.Empty(configuration.ChatTypes);
        Assert.Equal(TimeSpan.FromSeconds(30), configuration.MessageTimeout);
    }

    [Fact]
    public async Task All_pages_are_read_until_there_are_no_more_and_repeats_are_left_out()
    {
        await using RavatarClient client = Client("pages", o => o.PrefetchPages = 1);
        List<string> ids = [];
        await foreach (HistoryMessage message in client.GetHistoryAsync())
        {
            ids.Add(message.Id);
        }
        Assert.Equal(["message-id-1", "message-id-2", "message-id-3", "message-id-4"], ids);
        string[] urls = [.. (await RequestsAsync("pages")).Where(r => r.Method == "GET").Select(r => r.Url).Distinct()];
        Assert.Equal(3, urls.Length);
        Assert.All(urls, u => Assert.StartsWith("/pages/chat?user_id=user-12345&per_page=100&page=", u, StringComparison.Ordinal));
    }
}
