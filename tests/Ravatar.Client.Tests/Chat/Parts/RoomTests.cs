using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>How much may be under way. That those who wait keep their order is tested on the whole channel.</summary>
public class RoomTests
{
    [Fact]
    public void So_many_messages_fit_and_no_more()
    {
        Room room = new(2, 1000);
        Assert.True(room.TryEnter(1));
        Assert.True(room.TryEnter(1));
        Assert.False(room.TryEnter(1));
        room.Leave(1);
        Assert.True(room.TryEnter(1));
    }

    [Fact]
    public void So_many_bytes_fit_and_something_larger_only_alone()
    {
        Room room = new(10, 100);
        Assert.True(room.TryEnter(60));
        Assert.False(room.TryEnter(41));
        Assert.True(room.TryEnter(40));
        room.Leave(60);
        room.Leave(40);
        Assert.True(room.TryEnter(5000));
        Assert.False(room.TryEnter(1));
        room.Leave(5000);
        Assert.True(room.TryEnter(1));
    }

    [Fact]
    public void Whoever_leaves_tells_that_there_is_room()
    {
        bool free = false;
        Room room = new(1, 1);
        room.Left = () => free = room.TryEnter(1);
        Assert.True(room.TryEnter(1));
        room.Leave(1);
        Assert.True(free);
    }
}
