namespace Ravatar.Client;

/// <summary>
/// Protects tokens before they go into an <c>IDistributedCache</c>: whoever reads the cache must not be able to use them, and what someone else
/// wrote there must not pass. The application brings it, with its own keys; ASP.NET's data protection fits in two lines. Called from any thread.
/// </summary>
public interface ITokenProtector
{
    /// <summary>Encrypts and authenticates.</summary>
    /// <param name="plaintext">A token and what belongs to it, at most about 17 KB. Not to be kept.</param>
    /// <returns>What goes into the cache.</returns>
    byte[] Protect(byte[] plaintext);

    /// <summary>The reverse of <see cref="Protect"/>.</summary>
    /// <param name="protectedData">What the cache held, which may be anything.</param>
    /// <returns>What was protected.</returns>
    /// <exception cref="Exception">It was not protected with these keys, or changed since: the value is ignored then.</exception>
    byte[] Unprotect(byte[] protectedData);
}
