namespace Ravatar.Client;

/// <summary>
/// Makes clients for many users in one process, as a back end needs them. They share handlers, the connection pool and the limits; tokens, configuration and
/// sockets are each client's own. Thread-safe.
/// </summary>
public interface IRavatarClientFactory
{
    /// <summary>Makes a client for one user. Cheap, and nothing is sent before its first call.</summary>
    /// <param name="userId">The user: <c>user_id</c>, 1 to 128 of letters, digits, hyphen and underscore.</param>
    /// <param name="configure">Changes what is this user's own; starts from the factory's options. Called at once. Defaults to nothing.</param>
    /// <returns>
    /// The client. It is the caller's, who disposes it when the user is gone; what it shares with others stays. The token outlives it for the next client of
    /// the same user and project: see <see cref="RavatarClientOptions.TokenCache"/>.
    /// </returns>
    /// <exception cref="ArgumentException">The user id, or what <paramref name="configure"/> set, breaks a rule: every problem is named.</exception>
    /// <exception cref="ObjectDisposedException">The factory is disposed.</exception>
    RavatarClient Create(string userId, Action<RavatarUserOptions>? configure = null);
}
