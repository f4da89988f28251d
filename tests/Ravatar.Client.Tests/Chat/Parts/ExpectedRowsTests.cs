using Xunit;

namespace Ravatar.Client.Tests;

public class ExpectedRowsTests
{
    private readonly ExpectedRows _rows = new();

    [Fact]
    public void Rows_are_owed_per_text_and_taken_one_by_one()
    {
        Add("a");
        Add("a");
        Add("b");
        Assert.Equal(3, _rows.Count);
        Assert.False(_rows.Take("c"));
        Assert.True(_rows.Take("a"));
        Assert.True(_rows.Take("a"));
        Assert.False(_rows.Take("a"));
        Assert.Equal(1, _rows.Count);
        Assert.True(_rows.Take("b"));
        Assert.Equal(0, _rows.Count);
    }

    [Fact]
    public void Voice_rows_are_counted_whatever_was_said()
    {
        Assert.False(_rows.Take(null));
        Add(null);
        Add("a");
        Add(null);
        Assert.True(_rows.Take(null));
        Assert.True(_rows.Take(null));
        Assert.False(_rows.Take(null));
        Assert.Equal(1, _rows.Count);
    }

    [Fact]
    public void Texts_are_compared_as_messages_have_them()
    {
        Add(" a\n");
        Assert.False(_rows.Take("A"));
        Assert.True(_rows.Take("a"));
    }

    [Fact]
    public void What_was_forgotten_is_owed_no_more()
    {
        Add("a");
        Add(null);
        _rows.Clear();
        Assert.Equal(0, _rows.Count);
        Assert.False(_rows.Take("a"));
        Assert.False(_rows.Take(null));
    }

    private void Add(string? text) => _rows.Add(new OutgoingMessage([], text, wantsAnswer: false, TimeSpan.Zero));
}
