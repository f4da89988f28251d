using System.Text.Json;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Live audio on the channel: sent in order, never late, never kept for the next connection.</summary>
[Collection<ModelCollection>]
public class ChannelAudioTests
{
    private static readonly byte[] Frame = new byte[8192];

    [Fact]
    public async Task Frames_are_written_in_order_beside_messages()
    {
        await using ChannelHarness harness = await ChannelHarness.OpenAsync();
        List<bool> written = [];
        for (int i = 0; i < 20; i++)
        {
            written.Add(await harness.PumpAsync(harness.Chat.SendPcmAsync(Numbered(i), "license-1").AsTask()));
        }
        await harness.PumpAsync(harness.Chat.AskAsync("in between"));
        Assert.DoesNotContain(false, written);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (byte)i), harness.Service.Audio.Select(a => a[0]));
        Assert.All(harness.Service.Audio, a => Assert.Equal(8192, a.Length));
        Assert.Equal(0, harness.Chat.GetStatistics().AudioFramesDropped);
    }

    [Fact]
    public async Task What_cannot_be_written_in_time_gives_way_oldest_first_and_is_counted()
    {
        ModelPlan plan = new() { OnWrite = n => n == 1 ? ModelFault.Stuck : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        Task<bool> stuck = harness.Chat.SendPcmAsync(Numbered(0), "license-1").AsTask();
        await harness.SettleAsync();
        Task<bool>[] sent = [stuck, .. Enumerable.Range(1, 19).Select(i => harness.Chat.SendPcmAsync(Numbered(i), "license-1").AsTask())];
        // One is being written and never gets through; of the rest the newest seven wait.
        Assert.Equal(20 - 1 - AudioLane.MaxFrames, sent.Count(s => s.IsCompleted));
        Assert.DoesNotContain(true, await Task.WhenAll(sent[1..13]));
        Assert.Equal(12, harness.Chat.GetStatistics().AudioFramesDropped);
    }

    [Fact]
    public async Task Stale_audio_is_purged_when_its_connection_goes_and_dropped_while_there_is_none()
    {
        ModelPlan plan = new() { OnWrite = n => n == 1 ? ModelFault.Stuck : ModelFault.None };
        await using ChannelHarness harness = await ChannelHarness.OpenAsync(plan);
        Task<bool>[] sent = [.. Enumerable.Range(0, 5).Select(i => harness.Chat.SendPcmAsync(Numbered(i), "license-1").AsTask())];
        await harness.SettleAsync();
        harness.Service.Newest.Die();
        Assert.DoesNotContain(true, await harness.PumpAsync(Task.WhenAll(sent)));
        Assert.False(await harness.Chat.SendPcmAsync(Numbered(9), "license-1").AsTask());
        await harness.PumpAsync(harness.Chat.AskAsync("back"));
        Assert.True(await harness.PumpAsync(harness.Chat.SendPcmAsync(Numbered(10), "license-1").AsTask()));
        Assert.Equal([10], harness.Service.Audio.Select(a => (int)a[0]));
        Assert.Equal(6, harness.Chat.GetStatistics().AudioFramesDropped);
    }

    [Fact]
    public async Task Nothing_is_sent_once_the_channel_was_disposed()
    {
        ChannelHarness harness = await ChannelHarness.OpenAsync();
        await harness.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await harness.Chat.SendPcmAsync(Numbered(0), "license-1"));
    }

    [Fact]
    public void The_wire_has_what_the_guide_says()
    {
        ChatEncoder encoder = new(TestIdentity.With());
        using JsonDocument message = JsonDocument.Parse(Written(encoder.PcmFor("license-1"), Frame));
        Assert.Equal(
            """{"avatar_id":"avatar-1","user_id":"user-1","chat_type":"voice","language":"en","requestType":"audio","source":"tests","isLive":true,"session":"session-1","LicenseId":"license-1"}""",
            "{"
                + string.Join(',', message.RootElement.EnumerateObject().Where(p => p.Name != "audio_base64_pcm").Select(p => p.ToString()))
                + "}"
        );
        Assert.Equal(Frame, message.RootElement.GetProperty("audio_base64_pcm").GetBytesFromBase64());
    }

    private static byte[] Written(PcmTemplate template, byte[] samples)
    {
        byte[] message = new byte[template.LengthFor(samples.Length)];
        Assert.Equal(message.Length, template.Write(samples, message));
        return message;
    }

    private static byte[] Numbered(int number)
    {
        byte[] frame = [.. Frame];
        frame[0] = (byte)number;
        return frame;
    }
}
