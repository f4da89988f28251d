using System.Reflection;
using Xunit;

namespace Ravatar.Client.Tests;

public class RavatarClientOptionsTests
{
    [Fact]
    public void The_defaults_need_a_user_only()
    {
        Assert.Equal(["UserId"], Problems(new RavatarClientOptions()));
        Assert.Empty(Problems(new RavatarClientOptions { UserId = "u" }));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("user_1-A", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData(" ", false)]
    [InlineData("user 1", false)]
    [InlineData("user.1", false)]
    [InlineData("üser", false)]
    [InlineData("user\n", false)]
    public void The_user_is_of_the_documented_alphabet(string? user, bool valid)
    {
        Assert.Equal(valid ? [] : ["UserId"], Problems(new RavatarClientOptions { UserId = user! }));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("proj-1", true)]
    [InlineData("proj_1", false)]
    [InlineData("", false)]
    public void The_project_is_of_the_documented_alphabet(string? project, bool valid)
    {
        Assert.Equal(valid ? [] : ["ProjectId"], Problems(Good(o => o.ProjectId = project)));
    }

    [Fact]
    public void Lengths_are_the_documented_ones()
    {
        Assert.Empty(Problems(new RavatarClientOptions { UserId = new string('u', 128), ProjectId = new string('p', 64) }));
        Assert.Equal(
            ["UserId", "ProjectId"],
            Problems(new RavatarClientOptions { UserId = new string('u', 129), ProjectId = new string('p', 65) })
        );
    }

    [Theory]
    [InlineData("https://chat.rvtr.ai", false, true)]
    [InlineData("https://chat.rvtr.ai/api/", false, true)]
    [InlineData("http://127.0.0.1:8080", false, true)]
    [InlineData("http://localhost:8080", false, true)]
    [InlineData("http://[::1]:8080", false, true)]
    [InlineData("http://chat.rvtr.ai", false, false)]
    [InlineData("http://chat.rvtr.ai", true, true)]
    [InlineData("http://localhost.evil.example", false, false)]
    [InlineData("ftp://chat.rvtr.ai", true, false)]
    [InlineData("wss://chat.rvtr.ai", true, false)]
    [InlineData("https://user:secret@chat.rvtr.ai", true, false)]
    [InlineData("https://chat.rvtr.ai?x=1", true, false)]
    [InlineData("https://chat.rvtr.ai#x", true, false)]
    [InlineData("chat.rvtr.ai", true, false)]
    public void The_base_address_is_a_safe_one(string address, bool allowInsecure, bool valid)
    {
        RavatarClientOptions options = Good(o =>
        {
            o.BaseAddress = new Uri(address, UriKind.RelativeOrAbsolute);
            o.AllowInsecureTransport = allowInsecure;
        });
        Assert.Equal(valid ? [] : ["BaseAddress"], Problems(options));
        Assert.DoesNotContain("secret", string.Join(' ', RavatarClientOptionsValidator.Check(options)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("wss://chat.rvtr.ai/ws/chat", true)]
    [InlineData("ws://127.0.0.1/ws/chat", true)]
    [InlineData("ws://chat.rvtr.ai/ws/chat", false)]
    [InlineData("https://chat.rvtr.ai/ws/chat", false)]
    [InlineData("wss://chat.rvtr.ai/ws/chat?token=x", false)]
    public void The_chat_address_is_a_safe_one(string? address, bool valid)
    {
        RavatarClientOptions options = Good(o => o.ChatAddress = address is null ? null : new Uri(address));
        Assert.Equal(valid ? [] : ["ChatAddress"], Problems(options));
    }

    public static TheoryData<string, Action<RavatarClientOptions>> Wrong() =>
        new()
        {
            { "BaseAddress", o => o.BaseAddress = null! },
            { "Source", o => o.Source = "" },
            { "Source", o => o.Source = null! },
            { "Source", o => o.Source = new string('s', 129) },
            { "Source", o => o.Source = "a\nb" },
            { "RequestTimeout", o => o.RequestTimeout = TimeSpan.Zero },
            { "RequestTimeout", o => o.RequestTimeout = Timeout.InfiniteTimeSpan },
            { "RequestTimeout", o => o.RequestTimeout = TimeSpan.MaxValue },
            { "MaxResponseBytes", o => o.MaxResponseBytes = 0 },
            { "MaxResponseBytes", o => o.MaxResponseBytes = int.MaxValue },
            { "PrefetchPages", o => o.PrefetchPages = 0 },
            { "PrefetchPages", o => o.PrefetchPages = 17 },
            { "Chat", o => o.Chat = null! },
            { "Retry", o => o.Retry = null! },
            { "Retry.MaxRetries", o => o.Retry.MaxRetries = -1 },
            { "Retry.MaxRetries", o => o.Retry.MaxRetries = 11 },
            { "Retry.BaseDelay", o => o.Retry.BaseDelay = TimeSpan.Zero },
            { "Retry.MaxDelay", o => o.Retry.MaxDelay = TimeSpan.FromDays(2) },
            { "Retry.MaxDelay", o => o.Retry.MaxDelay = TimeSpan.FromMilliseconds(10) },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_out_of_range_is_named(string member, Action<RavatarClientOptions> spoil)
    {
        Assert.Equal([member], Problems(Good(spoil)));
        ArgumentException error = Assert.Throws<ArgumentException>(() => new RavatarClient(Good(spoil)));
        Assert.Equal("options", error.ParamName);
        Assert.Contains(member + ":", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_options_at_all_are_an_argument_error()
    {
        Assert.Throws<ArgumentNullException>(() => new RavatarClient(null!));
    }

    [Fact]
    public void A_copy_is_whole_and_deep()
    {
        RavatarClientOptions options = Good(_ => { });
        RavatarClientOptions copy = options.Copy();
        AssertCopied(options, copy);
        options.Retry.MaxRetries = 9;
        Assert.Equal(3, copy.Retry.MaxRetries);
    }

    // Whatever is added later: settable classes of ours must not be shared.
    private static void AssertCopied(object original, object copy)
    {
        Assert.NotSame(original, copy);
        foreach (PropertyInfo property in original.GetType().GetProperties())
        {
            object? value = property.GetValue(original);
            if (value is not null && property.PropertyType.IsClass && property.PropertyType.Assembly == typeof(RavatarClient).Assembly)
            {
                AssertCopied(value, property.GetValue(copy)!);
            }
            else
            {
                Assert.Equal(value, property.GetValue(copy));
            }
        }
    }

    private static RavatarClientOptions Good(Action<RavatarClientOptions> change)
    {
        RavatarClientOptions options = new() { UserId = "user-123" };
        change(options);
        return options;
    }

    private static string[] Problems(RavatarClientOptions options) =>
        [.. RavatarClientOptionsValidator.Check(options).Select(p => p.Split(':')[0])];
}
