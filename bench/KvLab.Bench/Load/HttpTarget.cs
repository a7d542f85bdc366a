using System.Buffers.Text;
using System.Net;
using System.Text;

namespace KvLab.Bench.Load;

/// <summary>One POST per write on a connection that stays open.</summary>
internal sealed class HttpTarget : Target
{
    private HttpTarget(Uri url, byte[][] requests) : base(EndPointOf(url), requests)
    {
    }

    /// <summary><c>/write</c> as KvLab, the seed and the plain design have it.</summary>
    /// <param name="valueBytes">Size of the value as a JSON string, without its quotes.</param>
    public static HttpTarget Write(Uri leader, int keys, int valueBytes) => new(leader, Prepare(keys, valueBytes, key =>
        Post(leader, "/write", $$"""{"key":"key-{{key}}","value":"{{Value(valueBytes)}}"}""")));

    /// <summary>etcd's JSON gateway.</summary>
    public static HttpTarget EtcdPut(Uri member, int keys, int valueBytes) => new(member, Prepare(keys, valueBytes, key =>
        Post(member, "/v3/kv/put", $$"""{"key":"{{Base64($"key-{key}")}}","value":"{{Base64(Value(valueBytes))}}"}""")));

    private static IPEndPoint EndPointOf(Uri url) => new(Dns.GetHostAddresses(url.Host)[0], url.Port);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static byte[] Post(Uri url, string path, string body) => Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public override Reply Parse(ReadOnlySpan<byte> received, out bool closes)
    {
        closes = false;
        var head = received.IndexOf("\r\n\r\n"u8);
        if (head < 0) return Reply.Incomplete;
        var headers = received[..(head + 2)];
        var body = received[(head + 4)..];
        if (!IsWhole(headers, body)) return Reply.Incomplete;
        if (!headers.StartsWith("HTTP/1."u8)) return Reply.Failed;
        closes = headers.StartsWith("HTTP/1.0"u8) || headers.IndexOf("Connection: close"u8) >= 0;
        return headers["HTTP/1.1 ".Length..].StartsWith("200"u8)
            ? body.IndexOf("partial_success"u8) >= 0 ? Reply.Short : Reply.Success
            : Reply.Failed;
    }

    private static bool IsWhole(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body)
    {
        var name = "Content-Length: "u8;
        var at = headers.IndexOf(name);
        if (at >= 0) return Utf8Parser.TryParse(headers[(at + name.Length)..], out int length, out _) && body.Length >= length;
        // Without a length the answer is chunked, as minimal APIs send theirs.
        return body.EndsWith("\r\n0\r\n\r\n"u8);
    }
}
