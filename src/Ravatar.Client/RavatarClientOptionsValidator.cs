using Microsoft.Extensions.Options;

namespace Ravatar.Client;

/// <summary>The rules for options, the same for a host that validates at start and for a client made by hand.</summary>
/// <param name="registrations">The container's: they tell whose options are a factory's.</param>
internal sealed class RavatarClientOptionsValidator(IEnumerable<ClientRegistration> registrations) : IValidateOptions<RavatarClientOptions>
{
    private const int MaxResponseBytesLimit = 1024 * 1024 * 1024;

    // As long as the HMAC itself (RFC 2104 section 3).
    private const int ShortestKey = 32;

    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RavatarClientOptions options)
    {
        List<string> problems = Check(options, registrations.Any(r => r.IsFactory && r.OptionsName == name));
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    /// <summary>Each problem names the member, what is wrong with it, and what would be right.</summary>
    /// <param name="options">What is checked.</param>
    /// <param name="forMany">Whether they are a factory's, whose clients have each their own user.</param>
    public static List<string> Check(RavatarClientOptions options, bool forMany = false)
    {
        List<string> problems = [];
        if (!forMany)
        {
            CheckUser(options, problems);
        }
        else if (!string.IsNullOrEmpty(options.UserId))
        {
            problems.Add("UserId: each client of a factory has its own; leave it out here and give it to Create.");
        }
        CheckApplication(options, problems);
        CheckAddresses(options, problems);
        CheckLimits(options, problems);
        return problems;
    }

    private static void CheckUser(RavatarClientOptions options, List<string> problems)
    {
        if (string.IsNullOrEmpty(options.UserId))
        {
            problems.Add("UserId: it is required. Set 1 to 128 letters, digits, hyphens and underscores, for example a UUID.");
        }
        else if (options.UserId.Length > 128 || !IsWord(options.UserId, underscore: true))
        {
            problems.Add("UserId: it must be 1 to 128 letters (A-Z), digits, hyphens and underscores.");
        }
    }

    private static void CheckApplication(RavatarClientOptions options, List<string> problems)
    {
        if (options.ProjectId is { } project && (project.Length is 0 or > 64 || !IsWord(project, underscore: false)))
        {
            problems.Add("ProjectId: it must be 1 to 64 letters (A-Z), digits and hyphens; leave it null to send none.");
        }
        if (options.Source is null or { Length: 0 or > 128 } || options.Source.Any(char.IsControl))
        {
            problems.Add("Source: it must be 1 to 128 characters without control characters: the application's name.");
        }
    }

    private static void CheckAddresses(RavatarClientOptions options, List<string> problems)
    {
        CheckAddress(options.BaseAddress, nameof(options.BaseAddress), "https", "http", options.AllowInsecureTransport, problems);
        if (options.ChatAddress is { } chat)
        {
            CheckAddress(chat, nameof(options.ChatAddress), "wss", "ws", options.AllowInsecureTransport, problems);
        }
    }

    private static void CheckAddress(Uri? address, string name, string secure, string insecure, bool allowInsecure, List<string> problems)
    {
        if (address is not { IsAbsoluteUri: true } || (address.Scheme != secure && address.Scheme != insecure) || address.Host.Length == 0)
        {
            problems.Add($"{name}: it must be an absolute {secure} address, as {secure}://chat.rvtr.ai.");
            return;
        }
        if (address.Scheme == insecure && !address.IsLoopback && !allowInsecure)
        {
            problems.Add(
                $"{name}: {insecure} would send tokens in clear text. Use {secure}, or set AllowInsecureTransport if that is intended."
            );
        }
        if (address.UserInfo.Length > 0)
        {
            problems.Add($"{name}: it must not hold credentials.");
        }
        if (address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            problems.Add($"{name}: it must have neither query nor fragment.");
        }
    }

    private static void CheckLimits(RavatarClientOptions options, List<string> problems)
    {
        CheckTime(options.RequestTimeout, nameof(options.RequestTimeout), problems);
        if (options.MaxResponseBytes is < 1 or > MaxResponseBytesLimit)
        {
            problems.Add($"MaxResponseBytes: it must be 1 to {MaxResponseBytesLimit}.");
        }
        CheckRange(options.MaxConnections, 1, 65_536, nameof(options.MaxConnections), problems);
        if (options.PrefetchPages is < 1 or > 16)
        {
            problems.Add("PrefetchPages: it must be 1 to 16.");
        }
        CheckChat(options.Chat, problems);
        CheckTokenCache(options.TokenCache, problems);
        CheckLive(options.Live, problems);
        if (options.Retry is not { } retry)
        {
            problems.Add("Retry: it must not be null.");
            return;
        }
        if (retry.MaxRetries is < 0 or > 10)
        {
            problems.Add("Retry.MaxRetries: it must be 0 to 10.");
        }
        CheckTime(retry.BaseDelay, "Retry.BaseDelay", problems);
        CheckTime(retry.MaxDelay, "Retry.MaxDelay", problems);
        if (retry.MaxDelay < retry.BaseDelay)
        {
            problems.Add("Retry.MaxDelay: it must not be shorter than Retry.BaseDelay.");
        }
    }

    private static void CheckChat(ChatChannelOptions? chat, List<string> problems)
    {
        if (chat is not { Reconnect: { } reconnect })
        {
            problems.Add("Chat: neither it nor Chat.Reconnect may be null.");
            return;
        }
        CheckRange(chat.MaxMessageBytes, 1024, MaxResponseBytesLimit, "Chat.MaxMessageBytes", problems);
        CheckRange(chat.OutboxMessages, 1, 65_536, "Chat.OutboxMessages", problems);
        CheckRange(chat.OutboxBytes, 1, long.MaxValue, "Chat.OutboxBytes", problems);
        CheckRange(chat.ReaderEvents, 1, 1_000_000, "Chat.ReaderEvents", problems);
        CheckRange(chat.ReaderBytes, 1, long.MaxValue, "Chat.ReaderBytes", problems);
        CheckRange(reconnect.OpenAttempts, 1, 100, "Chat.Reconnect.OpenAttempts", problems);
        CheckRange(reconnect.MaxAttempts ?? 1, 1, int.MaxValue, "Chat.Reconnect.MaxAttempts", problems);
        CheckTime(chat.ConnectTimeout, "Chat.ConnectTimeout", problems);
        CheckTime(chat.SendTimeout, "Chat.SendTimeout", problems);
        CheckTime(reconnect.BaseDelay, "Chat.Reconnect.BaseDelay", problems);
        CheckTime(reconnect.MinDelay, "Chat.Reconnect.MinDelay", problems);
        CheckTime(reconnect.MaxDelay, "Chat.Reconnect.MaxDelay", problems);
        if (reconnect.MaxDelay < reconnect.BaseDelay || reconnect.MaxDelay < reconnect.MinDelay)
        {
            problems.Add("Chat.Reconnect.MaxDelay: it must not be shorter than BaseDelay or MinDelay.");
        }
        if (chat.HistorySettleTime < TimeSpan.Zero || chat.HistorySettleTime > TimeSpan.FromHours(1))
        {
            problems.Add("Chat.HistorySettleTime: it must be zero to one hour.");
        }
        if (chat.FlushTimeout < TimeSpan.Zero || chat.FlushTimeout > TimeSpan.FromMinutes(1))
        {
            problems.Add("Chat.FlushTimeout: it must be zero to one minute.");
        }
    }

    private static void CheckTokenCache(TokenCacheOptions? cache, List<string> problems)
    {
        if (cache is null)
        {
            return;
        }
        if (cache.GetCache() is null)
        {
            problems.Add("TokenCache: there is no cache. Register an IDistributedCache, or give one to the constructor.");
        }
        if (cache.Key is not { Length: >= ShortestKey })
        {
            problems.Add($"TokenCache.Key: it must be at least {ShortestKey} random bytes, the same in all processes.");
        }
        if (cache.GetProtector() is null && !cache.AllowPlainText)
        {
            problems.Add(
                "TokenCache: there is no protector, and whoever reads the cache could use the tokens. Register an ITokenProtector, give one to the constructor, "
                    + "or set AllowPlainText if that is intended."
            );
        }
        if (cache.Timeout <= TimeSpan.Zero || cache.Timeout > TimeSpan.FromMinutes(1))
        {
            problems.Add("TokenCache.Timeout: it must be longer than zero and at most one minute.");
        }
    }

    private static void CheckLive(LiveSessionOptions? live, List<string> problems)
    {
        if (live is null)
        {
            problems.Add("Live: it must not be null.");
            return;
        }
        CheckTime(live.MaxOutage, "Live.MaxOutage", problems);
        if (live.JournalFolder is { } folder && (string.IsNullOrWhiteSpace(folder) || folder.IndexOfAny(Path.GetInvalidPathChars()) >= 0))
        {
            problems.Add("Live.JournalFolder: it must be a folder's path; leave it null for no journal.");
        }
    }

    private static void CheckRange(long value, long least, long most, string name, List<string> problems)
    {
        if (value < least || value > most)
        {
            problems.Add(most == long.MaxValue ? $"{name}: it must be {least} or more." : $"{name}: it must be {least} to {most}.");
        }
    }

    private static void CheckTime(TimeSpan value, string name, List<string> problems)
    {
        if (value <= TimeSpan.Zero || value > OneDay)
        {
            problems.Add($"{name}: it must be longer than zero and at most one day.");
        }
    }

    private static bool IsWord(string text, bool underscore)
    {
        foreach (char c in text)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-') && !(underscore && c is '_'))
            {
                return false;
            }
        }
        return true;
    }
}
