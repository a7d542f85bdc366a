using System.Net;
using System.Net.Sockets;

namespace KvLab.Core.Callers;

/// <summary>A secret that cannot be found by trying: after some wrong tries a caller has to wait, also with the right one.</summary>
public sealed class GuardedSecret(string secret, TimeProvider time)
{
    public const int MostWrong = 10;
    public static readonly TimeSpan Within = TimeSpan.FromMinutes(1);

    private readonly SharedSecret _secret = new(secret);
    private readonly RateBound _wrong = new(MostWrong, Within, time);

    /// <param name="caller">Where the try comes from; null where nobody knows.</param>
    /// <param name="wait">How long the caller has to wait before he may try again; null: he may.</param>
    public bool IsRight(string? given, IPAddress? caller, out TimeSpan? wait)
    {
        var right = false;
        wait = _wrong.Judge(NetworkOf(caller), () => !(right = _secret.Matches(given)));
        return right;
    }

    /// <summary>Somebody's network has as many addresses of version 6 as he likes in its last 64 bits.</summary>
    private static string NetworkOf(IPAddress? caller)
    {
        if (caller is null) return "unknown";
        if (caller.IsIPv4MappedToIPv6) return caller.MapToIPv4().ToString();
        return caller.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(caller.GetAddressBytes().AsSpan(0, 8)) : caller.ToString();
    }
}
