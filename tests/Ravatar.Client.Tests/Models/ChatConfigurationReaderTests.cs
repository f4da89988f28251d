using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Ravatar.Client.Tests;

public class ChatConfigurationReaderTests
{
    [Fact]
    public void The_guides_example_is_read_whole()
    {
        ChatConfiguration configuration = Read(
            """
            {"status":200,"session":"session-identifier","avatars_info":[{"_id":"avatar-id-123","name":"Assistant",
            "greetingText":"Hello! How can I help you today?","hasLiveMode":true,"previewIcons":{"small":"https://example.com/avatar-small.png",
            "medium":"https://example.com/avatar-medium.png","large":"https://example.com/avatar-large.png"},
            "startButtonIcon":"https://example.com/start-icon.png","idleVideo":"https://example.com/idle.mp4"}],
            "languages":[{"name":"English","language_code":"en","icon_url":"https://example.com/flags/en.png"}],
            "chat_types":["text","voice","video"],"messageTimeoutSeconds":30,"stopSpeakingTimeoutSeconds":10,"vadEnabled":true,"voiceModeSelector":true}
            """
        );
        Assert.Equal(200, configuration.Status);
        Assert.Equal("session-identifier", configuration.Session);
        Avatar avatar = Assert.Single(configuration.Avatars);
        Assert.Equal("avatar-id-123", avatar.Id);
        Assert.Equal("Assistant", avatar.Name);
        Assert.Equal("Hello! How can I help you today?", avatar.GreetingText);
        Assert.True(avatar.HasLiveMode);
        Assert.Equal(new Uri("https://example.com/avatar-small.png"), avatar.PreviewIcons.Small);
        Assert.Equal(new Uri("https://example.com/avatar-medium.png"), avatar.PreviewIcons.Medium);
        Assert.Equal(new Uri("https://example.com/avatar-large.png"), avatar.PreviewIcons.Large);
        Assert.Equal(new Uri("https://example.com/start-icon.png"), avatar.StartButtonIcon);
        Assert.Equal(new Uri("https://example.com/idle.mp4"), avatar.IdleVideo);
        Assert.Null(avatar.AdditionalProperties);
        Assert.Null(avatar.PreviewIcons.AdditionalProperties);
        Language language = Assert.Single(configuration.Languages);
        Assert.Equal("en", language.Code);
        Assert.Equal("English", language.Name);
        Assert.Equal(new Uri("https://example.com/flags/en.png"), language.IconUrl);
        Assert.Equal([ChatType.Text, ChatType.Voice, ChatType.Video], configuration.ChatTypes);
        Assert.Equal(TimeSpan.FromSeconds(30), configuration.MessageTimeout);
        Assert.Equal(TimeSpan.FromSeconds(10), configuration.StopSpeakingTimeout);
        Assert.True(configuration.VadEnabled);
        Assert.True(configuration.VoiceModeSelector);
        Assert.Null(configuration.AdditionalProperties);
    }

    [Fact]
    public void Everything_may_be_missing()
    {
        ChatConfiguration configuration = Read("{}");
        Assert.Null(configuration.Status);
        Assert.Null(configuration.Session);
        Assert.Empty(configuration.Avatars);
        Assert.Empty(configuration.Languages);
        Assert.Empty(configuration.ChatTypes);
        Assert.Equal(TimeSpan.FromSeconds(30), configuration.MessageTimeout);
        Assert.Null(configuration.StopSpeakingTimeout);
        Assert.False(configuration.VadEnabled);
        Assert.False(configuration.VoiceModeSelector);
    }

    [Fact]
    public void The_other_names_are_accepted_and_the_documented_ones_win()
    {
        ChatConfiguration configuration = Read(
            """{"avatars_info":[{"id":"a"},{"id":"x","_id":"b"}],"languages":[{"code":"de"},{"language_code":"en","code":"x"}]}"""
        );
        Assert.Equal(["a", "b"], configuration.Avatars.Select(a => a.Id));
        Assert.Equal(["de", "en"], configuration.Languages.Select(l => l.Code));
    }

    [Fact]
    public void Entries_without_an_identifier_are_left_out_and_counted()
    {
        ChatConfiguration configuration = Read(
            """{"avatars_info":[{"name":"x"},{"_id":""},7,null,[{"_id":"no"}],{"_id":5}],"languages":[{"name":"y"},"en"]}"""
        );
        Assert.Equal(["5"], configuration.Avatars.Select(a => a.Id));
        Assert.Empty(configuration.Languages);
        Assert.Equal(7, configuration.SkippedEntries);
    }

    [Fact]
    public void Unknown_members_and_values_survive()
    {
        ChatConfiguration configuration = Read(
            """{"theme":{"dark":true},"avatars_info":[{"_id":"a","mood":[1],"previewIcons":{"small":"/s.png","xlarge":"/x.png"}}],"languages":[{"language_code":"en","rtl":false}],"chat_types":["text","hologram"]}"""
        );
        Assert.True(configuration.AdditionalProperties!["theme"].GetProperty("dark").GetBoolean());
        Assert.Equal("[1]", configuration.Avatars[0].AdditionalProperties!["mood"].GetRawText());
        PreviewIcons icons = configuration.Avatars[0].PreviewIcons;
        Assert.Equal(("/s.png", "/x.png"), (icons.Small!.ToString(), icons.AdditionalProperties!["xlarge"].GetString()));
        Assert.Equal(JsonValueKind.False, configuration.Languages[0].AdditionalProperties!["rtl"].ValueKind);
        Assert.Equal("hologram", configuration.ChatTypes[1].ToString());
    }

    [Fact]
    public void Values_of_the_wrong_type_are_converted_or_missing()
    {
        ChatConfiguration configuration = Read(
            """
            {"status":"200","session":17,"avatars_info":[{"_id":"a","name":null,"hasLiveMode":"true","previewIcons":"none","idleVideo":{}}],
            "languages":{"en":"English"},"chat_types":"text","messageTimeoutSeconds":"45","stopSpeakingTimeoutSeconds":[],"vadEnabled":1,"voiceModeSelector":"no"}
            """
        );
        Assert.Equal(200, configuration.Status);
        Assert.Equal("17", configuration.Session);
        Assert.Equal("", configuration.Avatars[0].Name);
        Assert.True(configuration.Avatars[0].HasLiveMode);
        Assert.Null(configuration.Avatars[0].PreviewIcons.Small);
        Assert.Null(configuration.Avatars[0].IdleVideo);
        Assert.Empty(configuration.Languages);
        Assert.Empty(configuration.ChatTypes);
        Assert.Equal(TimeSpan.FromSeconds(45), configuration.MessageTimeout);
        Assert.Null(configuration.StopSpeakingTimeout);
        Assert.True(configuration.VadEnabled);
        Assert.False(configuration.VoiceModeSelector);
    }

    [Theory]
    [InlineData("0", 30)]
    [InlineData("-5", 30)]
    [InlineData("\"NaN\"", 30)]
    [InlineData("1e-9", 30)]
    [InlineData("1e300", 86_400)]
    [InlineData("1e999", 30)]
    [InlineData("null", 30)]
    [InlineData("0.5", 0.5)]
    [InlineData("90", 90)]
    public void The_time_out_is_usable_whatever_the_server_sends(string json, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read($$"""{"messageTimeoutSeconds":{{json}}}""").MessageTimeout);
    }

    [Fact]
    public void Any_mutation_is_read_or_refused_as_json()
    {
        byte[] good = Encoding.UTF8.GetBytes(TestClient.ConfigurationJson);
        Prop.ForAll<byte, int>(
                (value, at) =>
                {
                    byte[] bad = [.. good];
                    bad[(int)((uint)at % bad.Length)] = value;
                    try
                    {
                        ChatConfigurationReader.Read(bad);
                    }
                    catch (JsonException)
                    {
                        // The one exception that means what it says.
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static ChatConfiguration Read(string json) => ChatConfigurationReader.Read(Encoding.UTF8.GetBytes(json));
}
