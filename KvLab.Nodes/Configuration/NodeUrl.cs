using System.Net;

namespace KvLab.Nodes.Configuration;

/// <summary>Addresses of nodes: <c>http://host:port</c>, nothing behind it.</summary>
public static class NodeUrl
{
    /// <summary>Host in lower case, port explicit where it is not the default, no trailing slash; null when it is no node's address.</summary>
    public static string? Normalize(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) return null;
        if (uri.Scheme is not ("http" or "https") || uri.Host.Length == 0) return null;
        if (uri.UserInfo.Length > 0 || uri.PathAndQuery != "/" || uri.Fragment.Length > 0) return null;
        return uri.GetLeftPart(UriPartial.Authority);
    }

    /// <summary>For an error; a user and password that somebody typed into it are left out.</summary>
    public static string Quoted(string text) => text.LastIndexOf('@') is >= 0 and var at ? $"\"…{text[at..]}\"" : $"\"{text}\"";

    /// <summary>What tells two addresses apart: <c>localhost</c>, <c>127.0.0.1</c> and <c>[::1]</c> are the same machine.</summary>
    public static string Identity(string normalUrl)
    {
        var uri = new Uri(normalUrl);
        var loopback = uri.Host == "localhost" || (IPAddress.TryParse(uri.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip));
        return $"{uri.Scheme}://{(loopback ? "localhost" : uri.Host)}:{uri.Port}";
    }
}
