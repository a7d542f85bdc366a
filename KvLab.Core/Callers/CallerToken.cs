using System.Net;

namespace KvLab.Core.Callers;

/// <summary>The cluster's token. From other machines it cannot be found by trying; on this machine one node with a wrong token must not lock out the others, which call from the same address.</summary>
public sealed class CallerToken(string token, TimeProvider time)
{
    private readonly SharedSecret _here = new(token);
    private readonly GuardedSecret _elsewhere = new(token, time);

    /// <inheritdoc cref="GuardedSecret.IsRight"/>
    public bool IsRight(string? given, IPAddress? caller, out TimeSpan? wait)
    {
        wait = null;
        if (given is null) return false;
        return caller is null || IPAddress.IsLoopback(caller) ? _here.Matches(given) : _elsewhere.IsRight(given, caller, out wait);
    }
}
