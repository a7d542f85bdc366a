namespace KvLab.Core.Callers;

/// <summary>
/// Whether a request comes from a page of another site, through the browser of somebody who may use this server. Browsers say where a request comes from; scripts and curl say
/// nothing and are welcome.
/// </summary>
public static class ForeignPage
{
    /// <param name="origin">The header <c>Origin</c>: sent with whatever may change something, with every WebSocket, and by scripts that want to read an answer.</param>
    /// <param name="fetchSite">The header <c>Sec-Fetch-Site</c>.</param>
    /// <param name="onlyReads">GET and HEAD. A link on another site may lead here, and its page does not learn the answer.</param>
    public static bool Sent(string? origin, string? fetchSite, string scheme, string? host, bool onlyReads)
    {
        if (!string.IsNullOrEmpty(origin)) return !IsOwn(origin, scheme, host);
        return !onlyReads && fetchSite == "cross-site";
    }

    private static bool IsOwn(string origin, string scheme, string? host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme == scheme && host is not null
        && (string.Equals(uri.Authority, host, StringComparison.OrdinalIgnoreCase) || (uri.IsDefaultPort && string.Equals($"{uri.Host}:{uri.Port}", host, StringComparison.OrdinalIgnoreCase)));
}
