namespace Ravatar.Client;

/// <summary>Where one user's token may lie for others to use. It never fails: what goes wrong is told to the log.</summary>
internal interface ITokenStore
{
    /// <summary>The token that lies there and the life it has left; null where there is none of use.</summary>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    Task<(AccessToken Token, TimeSpan Life)?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Leaves a token there until it is due.</summary>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    Task WriteAsync(AccessToken token, TimeSpan life, CancellationToken cancellationToken);
}
