using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Live audio that waits: little of it, the newest, in buffers that are used again.</summary>
public class AudioLaneTests
{
    private static readonly PcmTemplate Template = new ChatEncoder(TestIdentity.With()).PcmFor("license-1");

    private readonly AudioLane _lane = new();

    [Fact]
    public void What_is_given_back_is_used_again_and_no_more_is_kept_than_can_be_under_way()
    {
        AudioMessage[] messages = [.. Enumerable.Range(0, AudioLane.MaxFrames + 3).Select(_ => _lane.Rent())];
        Assert.Equal(messages.Length, messages.Distinct().Count());
        foreach (AudioMessage message in messages)
        {
            message.Written = new TaskCompletionSource<bool>();
            _lane.Return(message);
        }
        AudioMessage[] again = [.. messages.Select(_ => _lane.Rent())];
        Assert.Equal(AudioLane.MaxFrames + 1, again.Intersect(messages).Count());
        Assert.All(again, m => Assert.Null(m.Written));
    }

    [Fact]
    public async Task The_oldest_gives_way_and_its_buffer_is_used_again()
    {
        AudioMessage[] messages = [.. Enumerable.Range(0, AudioLane.MaxFrames).Select(_ => Waiting())];
        Assert.DoesNotContain(true, messages.Select(_lane.Add));
        Task<bool> oldest = messages[0].Written!.Task;
        Assert.True(_lane.Add(Waiting()));
        Assert.False(await oldest);
        Assert.Equal(AudioLane.MaxFrames, _lane.Count);
        Assert.Same(messages[0], _lane.Rent());
        Assert.Same(messages[1], _lane.TakeOrNull());
    }

    [Fact]
    public async Task What_is_purged_is_counted_and_told()
    {
        AudioMessage[] messages = [Waiting(), Waiting()];
        Task<bool>[] told = [.. messages.Select(m => m.Written!.Task)];
        Assert.DoesNotContain(true, messages.Select(_lane.Add));
        Assert.Equal(2, _lane.Purge());
        Assert.DoesNotContain(true, await Task.WhenAll(told));
        Assert.Equal(0, _lane.Purge());
        Assert.Null(_lane.TakeOrNull());
    }

    [Fact]
    public void A_buffer_grows_when_it_must_and_only_then()
    {
        AudioMessage message = new();
        message.Fill(Template, new byte[8192]);
        byte[] buffer = message.Buffer;
        Assert.Equal(buffer.Length, message.Frame.Length);
        message.Fill(Template, new byte[8192]);
        message.Fill(Template, new byte[100]);
        Assert.Same(buffer, message.Buffer);
        Assert.Equal(Template.LengthFor(100), message.Frame.Length);
        message.Fill(Template, new byte[10_000]);
        Assert.NotSame(buffer, message.Buffer);
    }

    private AudioMessage Waiting()
    {
        AudioMessage message = _lane.Rent();
        message.Written = new TaskCompletionSource<bool>();
        return message;
    }
}
