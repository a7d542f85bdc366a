using System.Security.Cryptography;
using System.Text;

namespace KvLab.Core.Callers;

/// <summary>What a caller must know. It is compared in a time that says nothing about where a wrong one differs, nor how long the right one is.</summary>
public sealed class SharedSecret(string secret)
{
    /// <summary>Characters of one that other machines can guess at.</summary>
    public const int Shortest = 6;

    private const string BearerPrefix = "Bearer ";

    private readonly byte[] _digest = Digest(secret);

    public bool Matches(string? given) => given is not null && CryptographicOperations.FixedTimeEquals(Digest(given), _digest);

    /// <summary>What stands in <c>Authorization: Bearer …</c>; null where there is none.</summary>
    public static string? OfBearer(string? authorization) =>
        authorization is not null && authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase) ? authorization[BearerPrefix.Length..].Trim() : null;

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
