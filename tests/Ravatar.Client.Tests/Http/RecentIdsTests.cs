using Xunit;

namespace Ravatar.Client.Tests;

public class RecentIdsTests
{
    [Fact]
    public void Ids_are_forgotten_with_their_page_unless_they_came_again()
    {
        RecentIds ids = new(pages: 2);
        ids.NextPage();
        Assert.True(ids.Add("a"));
        Assert.True(ids.Add("b"));
        ids.NextPage();
        Assert.False(ids.Add("a"));
        ids.NextPage(); // the first page goes
        Assert.True(ids.Add("b"));
        Assert.False(ids.Add("a"));
        ids.NextPage();
        ids.NextPage();
        Assert.True(ids.Add("a"));
    }

    [Fact]
    public void Rows_without_an_id_are_always_new()
    {
        RecentIds ids = new(pages: 2);
        ids.NextPage();
        Assert.True(ids.Add(""));
        Assert.True(ids.Add(""));
    }
}
