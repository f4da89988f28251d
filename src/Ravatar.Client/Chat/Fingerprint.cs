using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ravatar.Client;

/// <summary>Keeps what servers choose in little memory, where it is only compared: a short text as it is, a long one as its hash.</summary>
internal static class Fingerprint
{
    /// <summary>The longest text that is kept as it is, in characters: the usual <c>_id</c>, question or address.</summary>
    public const int Longest = 128;

    public static string Of(string text)
    {
        if (text.Length <= Longest)
        {
            return text;
        }
        ReadOnlySpan<byte> characters = MemoryMarshal.AsBytes(text.AsSpan());
#if NETSTANDARD2_0
        using SHA256 sha256 = SHA256.Create();
        byte[] hash = sha256.ComputeHash(characters.ToArray());
#else
        byte[] hash = SHA256.HashData(characters);
#endif
        return "\n" + Convert.ToBase64String(hash); // no text of a server's begins like that by chance
    }

    /// <summary>The same; nothing stays nothing.</summary>
    public static string? OfOrNull(string? text) => text is null ? null : Of(text);
}
