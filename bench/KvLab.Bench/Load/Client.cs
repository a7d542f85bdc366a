using System.Diagnostics;
using System.Net.Sockets;

namespace KvLab.Bench.Load;

/// <summary>
/// One closed-loop client: sends, waits for the answer, sends again. The socket is only ever used with blocking calls from one thread, which
/// .NET passes straight to the kernel; one asynchronous call would move it to the event loop for good.
/// </summary>
internal sealed class Client(Target target, int firstKey) : IDisposable
{
    private const int MostFailuresInARow = 100;

    // Answers to writes are short; a longer one is a mistake and counts as failed.
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Socket? _socket;
    private int _key = firstKey % target.Keys;

    /// <summary>Of every answered write of the last run, in ticks of <see cref="Stopwatch"/>.</summary>
    public List<long> Latencies { get; } = new(1 << 16);
    public int Short { get; private set; }
    public int Failed { get; private set; }

    /// <param name="next">Whether one more write is to be sent, given the time.</param>
    /// <exception cref="BenchException">Nobody answers there.</exception>
    public void Run(Func<long, bool> next)
    {
        Latencies.Clear();
        Short = Failed = 0;
        var failuresInARow = 0;
        var now = Stopwatch.GetTimestamp();
        while (next(now))
        {
            var sent = now;
            var reply = Write();
            now = Stopwatch.GetTimestamp();
            if (reply is Reply.Failed)
            {
                Failed++;
                if (++failuresInARow == MostFailuresInARow) throw new BenchException($"{target.Address}: {failuresInARow} writes in a row failed.");
                continue;
            }

            failuresInARow = 0;
            Latencies.Add(now - sent);
            if (reply is Reply.Short) Short++;
        }
    }

    private Reply Write()
    {
        try
        {
            _socket ??= Connect();
            _socket.Send(target.Request(_key));
            if (++_key == target.Keys) _key = 0;
            var received = 0;
            while (true)
            {
                var more = _socket.Receive(_buffer.AsSpan(received));
                if (more == 0) break;
                received += more;
                var reply = target.Parse(_buffer.AsSpan(0, received), out var closes);
                if (reply is Reply.Incomplete && received < _buffer.Length) continue;
                if (closes || reply is Reply.Incomplete) Disconnect();
                return reply is Reply.Incomplete ? Reply.Failed : reply;
            }
        }
        catch (SocketException)
        {
        }

        Disconnect();
        return Reply.Failed;
    }

    private Socket Connect()
    {
        var socket = new Socket(target.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
        socket.Connect(target.Address);
        return socket;
    }

    private void Disconnect()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public void Dispose() => Disconnect();
}
