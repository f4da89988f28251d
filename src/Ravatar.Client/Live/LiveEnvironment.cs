using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>What live sessions need from the rest of the SDK, so that they know neither HTTP nor the tokens' source.</summary>
internal sealed class LiveEnvironment
{
    /// <summary><c>POST /startLiveSession</c> for an avatar.</summary>
    public required Func<string, LiveOptions, CancellationToken, Task<LiveStart>> StartAsync { get; init; }

    /// <summary><c>POST /endLiveSession</c> for a license of this user's.</summary>
    public required Func<string, CancellationToken, Task> EndAsync { get; init; }

    /// <summary>The same for what an earlier run left behind, which may be another user's.</summary>
    public required Func<JournalEntry, CancellationToken, Task> EndLeftBehindAsync { get; init; }

    /// <summary>The newest token there is; null before the first.</summary>
    public required Func<string?> NewestToken { get; init; }

    /// <summary>Whether streaming URLs may stay http for hosts other than this machine.</summary>
    public required bool AllowInsecure { get; init; }

    /// <summary>The exception for an answer that says it is good and is none.</summary>
    public required Func<string, RavatarException> Invalid { get; init; }

    /// <summary>Whose sessions these are.</summary>
    public required JournalOwner Owner { get; init; }

    public required LiveSessionOptions Options { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>What the server named or said, for the log: one line, not without end, no token.</summary>
    public string Shown(string text) => PlainText.Line(text, NewestToken(), 500);
}
