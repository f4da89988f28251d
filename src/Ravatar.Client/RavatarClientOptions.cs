namespace Ravatar.Client;

/// <summary>
/// What a <see cref="RavatarClient"/> needs to know. Set before the client is made: the client keeps a copy, later changes have no effect, be it that a
/// host's configuration is loaded anew.
/// </summary>
public sealed class RavatarClientOptions
{
    /// <summary>The user: <c>user_id</c>, 1 to 128 of letters, digits, hyphen and underscore. Required.</summary>
    public string UserId { get; set; } = "";

    /// <summary>The project: <c>project_id</c>, 1 to 64 of letters, digits and hyphen. Defaults to none, which leaves it out of <c>POST /jwt</c>.</summary>
    public string? ProjectId { get; set; }

    /// <summary>Where the REST API lives. Defaults to <c>https://chat.rvtr.ai</c>.</summary>
    public Uri BaseAddress { get; set; } = new("https://chat.rvtr.ai");

    /// <summary>Where the chat socket lives. Defaults to <c>/ws/chat</c> under <see cref="BaseAddress"/>, with <c>wss</c> for <c>https</c> and <c>ws</c> for <c>http</c>.</summary>
    public Uri? ChatAddress { get; set; }

    /// <summary>The application's own name, sent with every message as <c>source</c>. 1 to 128 characters. Defaults to <c>Ravatar.Client</c>.</summary>
    public string Source { get; set; } = "Ravatar.Client";

    /// <summary>Whether <c>http</c> and <c>ws</c> are allowed for hosts other than this machine. Defaults to <see langword="false"/>: tokens travel in clear text otherwise.</summary>
    public bool AllowInsecureTransport { get; set; }

    /// <summary>How long one HTTP attempt may take, from sending to the end of the body. Defaults to 30 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest HTTP answer that is read, in bytes. Larger ones are an error. Defaults to 16 MiB.</summary>
    public int MaxResponseBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// The HTTP connections to the API that may be open at a time, 1 to 65,536. Further requests wait for one, within <see cref="RequestTimeout"/>. All clients of
    /// one <see cref="IRavatarClientFactory"/> share them; chat sockets do not count. A caller's own <see cref="HttpClient"/> keeps its own limit. Defaults to 1,024.
    /// </summary>
    public int MaxConnections { get; set; } = 1024;

    /// <summary>Pages of history fetched ahead of the reader, 1 to 16. Defaults to 3.</summary>
    public int PrefetchPages { get; set; } = 3;

    /// <summary>
    /// Where processes share their tokens. Defaults to none: a client keeps its token to itself, and the clients of one <see cref="IRavatarClientFactory"/>
    /// find each other's in its memory, where up to 10,000 lie until they are due.
    /// </summary>
    public TokenCacheOptions? TokenCache { get; set; }

    /// <summary>What is tried again, and when.</summary>
    public RavatarRetryOptions Retry { get; set; } = new();

    /// <summary>How chat channels behave.</summary>
    public ChatChannelOptions Chat { get; set; } = new();

    /// <summary>How live sessions end when nobody ends them.</summary>
    public LiveSessionOptions Live { get; set; } = new();

    /// <summary>A copy that no later change reaches.</summary>
    internal RavatarClientOptions Copy()
    {
        RavatarClientOptions copy = (RavatarClientOptions)MemberwiseClone();
        copy.Retry = Retry.Copy();
        copy.Chat = Chat.Copy();
        copy.TokenCache = TokenCache?.Copy();
        copy.Live = Live.Copy();
        return copy;
    }

    /// <summary>One user's view: what is shared stays shared, and is never written to.</summary>
    internal RavatarClientOptions For(string userId, Action<RavatarUserOptions>? configure)
    {
        RavatarClientOptions own = (RavatarClientOptions)MemberwiseClone();
        own.UserId = userId;
        if (configure is not null)
        {
            RavatarUserOptions user = new()
            {
                ProjectId = ProjectId,
                Source = Source,
                Chat = Chat.Copy(),
            };
            configure(user);
            (own.ProjectId, own.Source) = (user.ProjectId, user.Source);
            own.Chat = user.Chat is { Reconnect: not null } chat ? chat.Copy() : user.Chat!; // the check names what is missing
        }
        return own;
    }

    /// <summary>The copy that a client, or a factory for many users, works with.</summary>
    /// <exception cref="ArgumentException">Something is wrong with the options: every problem is named.</exception>
    internal static RavatarClientOptions CheckedCopy(RavatarClientOptions options, bool forMany = false)
    {
        List<string> problems = RavatarClientOptionsValidator.Check(Guard.NotNull(options), forMany);
        return problems.Count == 0 ? options.Copy() : throw new ArgumentException(string.Join(" ", problems), nameof(options));
    }
}
