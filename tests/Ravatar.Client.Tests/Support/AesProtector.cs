using System.Security.Cryptography;

namespace Ravatar.Client.Tests;

/// <summary>Protects with AES-GCM under a key made from a number.</summary>
internal sealed class AesProtector(byte seed = 1) : ITokenProtector
{
    private const int Nonce = 12;
    private const int Tag = 16;

    private readonly byte[] _key = SHA256.HashData([seed]);

    public byte[] Protect(byte[] plaintext)
    {
        byte[] result = new byte[Nonce + Tag + plaintext.Length];
        RandomNumberGenerator.Fill(result.AsSpan(0, Nonce));
        using AesGcm aes = new(_key, Tag);
        aes.Encrypt(result.AsSpan(0, Nonce), plaintext, result.AsSpan(Nonce + Tag), result.AsSpan(Nonce, Tag));
        return result;
    }

    public byte[] Unprotect(byte[] protectedData)
    {
        byte[] result = new byte[protectedData.Length - Nonce - Tag];
        using AesGcm aes = new(_key, Tag);
        aes.Decrypt(protectedData.AsSpan(0, Nonce), protectedData.AsSpan(Nonce + Tag), protectedData.AsSpan(Nonce, Tag), result);
        return result;
    }
}
