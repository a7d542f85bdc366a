using System.Net.Sockets;
using System.Text;
using KvLab.Core.Events;
using KvLab.Tests.Dashboard;

namespace KvLab.Tests.Hostile.Fuzz;

/// <summary>What no library would send: lengths that are wrong, pieces that are none, and garbage on a connection that was upgraded for batches.</summary>
internal static class RawRequests
{
    private static readonly string[] Endings =
    [
        "Content-Length: 5\r\n\r\n{}", "Content-Length: -1\r\n\r\n{}", "Content-Length: 99999999999999999999\r\n\r\n{}", "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", "Content-Length: x\r\n\r\n{}",
        "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}", "Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nx\r\n{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n{}", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nBad Trailer\r\n\r\n",
        "Transfer-Encoding: gzip\r\n\r\n{}", "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nzz\r\n{}",
    ];

    // An empty body, however it is said: right for what takes none, such as /clear, and for what can do without one.
    private static readonly string[] EmptyEndings = [.. Endings, "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "\r\n{}"];

    /// <returns>What came back until the other side hung up, or until nothing more was to come.</returns>
    public static async Task<string> SendAsync(Operation operation, Random random, CancellationToken cancellation)
    {
        var url = new Uri(operation.BaseUrl);
        var endings = operation.Method == "GET" ? EmptyEndings : Endings;
        var request = $"{operation.Method} {operation.PlainPath} HTTP/1.1\r\nHost: {url.Authority}\r\n{TelemetryContract.TokenHeader}: {HostileLab.Token}\r\nContent-Type: application/json\r\n{endings[random.Next(endings.Length)]}";
        return await ExchangeAsync(url, Encoding.Latin1.GetBytes(request), cancellation);
    }

    /// <summary>A connection for batches, and on it what is no batch.</summary>
    public static Task<string> SendBatchAsync(string nodeUrl, Random random, CancellationToken cancellation)
    {
        var url = new Uri(nodeUrl);
        var upgrade = Encoding.Latin1.GetBytes(
            $"GET /internal/replicate HTTP/1.1\r\nHost: {url.Authority}\r\n{TelemetryContract.TokenHeader}: {HostileLab.Token}\r\nConnection: Upgrade\r\nUpgrade: kvlab-batch\r\n\r\n");
        var garbage = new byte[random.Next(1, 400)];
        random.NextBytes(garbage);
        // Half of them with a frame's header, so that what is inside is looked at.
        if (random.Next(2) == 0)
        {
            BitConverter.TryWriteBytes(garbage.AsSpan(0, Math.Min(4, garbage.Length)), garbage.Length - 5);
            if (garbage.Length > 6) (garbage[4], garbage[5]) = (0, (byte)random.Next(2, 4));
        }

        return ExchangeAsync(url, [.. upgrade, .. garbage], cancellation);
    }

    private static async Task<string> ExchangeAsync(Uri url, byte[] request, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(ApiFixture.Patience);
        using var socket = new TcpClient();
        await socket.ConnectAsync(url.Host, url.Port, deadline.Token);
        var stream = socket.GetStream();
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            await stream.WriteAsync(request, deadline.Token);
            // Nothing more comes: whoever waits for the rest finds that out.
            socket.Client.Shutdown(SocketShutdown.Send);
            int read;
            while ((read = await stream.ReadAsync(buffer, deadline.Token)) > 0) answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (Exception ended) when (ended is IOException or SocketException)
        {
            // It hung up at once, which is an answer too.
        }

        return answer.ToString();
    }
}
