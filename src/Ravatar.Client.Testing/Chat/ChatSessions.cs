namespace Ravatar.Client.Testing;

/// <summary>Which <c>session</c> values <c>GET /connection</c> has given to whom.</summary>
internal sealed class ChatSessions
{
    private readonly Lock _lock = new();
    private readonly HashSet<(string User, string Session)> _given = [];
    private readonly HashSet<string> _users = new(StringComparer.Ordinal);

    public void Give(string? user, string session)
    {
        lock (_lock)
        {
            _given.Add((user ?? "", session));
            _users.Add(user ?? "");
        }
    }

    /// <summary>What is wrong with the session that a user's message carries; nothing if it is right.</summary>
    public string? Judge(string? user, string? session)
    {
        lock (_lock)
        {
            if (session is null)
            {
                return _users.Contains(user ?? "") ? "'session' is missing, though GET /connection gave one" : null;
            }

            return _given.Contains((user ?? "", session)) ? null : "'session' is not one that GET /connection gave to this user";
        }
    }
}
