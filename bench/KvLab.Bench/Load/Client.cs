using System.Diagnostics;
using System.Net.Sockets;

namespace KvLab.Bench.Load;

/// <summary>
/// One closed-loop client: one write at a time on a connection of its own. The socket is only ever used with blocking calls, which .NET passes
/// straight to the kernel; one asynchronous call would move it to the event loop for good.
/// </summary>
internal sealed class Client(Target target, int firstKey) : IDisposable
{
    private const int MostFailuresInARow = 100;

    // Answers to writes are short; a longer one is a mistake and counts as failed.
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Socket? _socket;
    private int _key = firstKey % target.Keys;
    private int _received;
    private int _failuresInARow;
    private long _sent;

    /// <summary>Of every answered write since <see cref="Forget"/>, in ticks of <see cref="Stopwatch"/>.</summary>
    public List<long> Latencies { get; } = new(1 << 16);
    public int Short { get; private set; }
    public int Failed { get; private set; }

    /// <summary>The descriptor of the connection; −1 without one.</summary>
    public int Descriptor => (int?)_socket?.Handle ?? -1;

    public void Forget()
    {
        Latencies.Clear();
        Short = Failed = 0;
    }

    /// <summary>Sends a write.</summary>
    /// <param name="now">When, in ticks of <see cref="Stopwatch"/>.</param>
    /// <returns>False when that failed, which is then counted.</returns>
    /// <exception cref="BenchException">Nobody answers there.</exception>
    public bool Begin(long now)
    {
        _sent = now;
        _received = 0;
        try
        {
            _socket ??= Connect();
            _socket.Send(target.Request(_key));
            if (++_key == target.Keys) _key = 0;
            return true;
        }
        catch (SocketException)
        {
            Fail();
            return false;
        }
    }

    /// <summary>Takes what came of the answer; waits when nothing has.</summary>
    /// <returns>Whether the write is over; it is counted then.</returns>
    /// <exception cref="BenchException">Nobody answers there.</exception>
    public bool Continue()
    {
        try
        {
            var more = _socket!.Receive(_buffer.AsSpan(_received));
            _received += more;
            var reply = target.Parse(_buffer.AsSpan(0, _received), out var closes);
            if (reply is Reply.Incomplete && more > 0 && _received < _buffer.Length) return false;
            if (reply is Reply.Success or Reply.Short)
            {
                Latencies.Add(Stopwatch.GetTimestamp() - _sent);
                if (reply is Reply.Short) Short++;
                _failuresInARow = 0;
                if (closes) Disconnect();
            }
            else
            {
                Fail();
            }
        }
        catch (SocketException)
        {
            Fail();
        }

        return true;
    }

    private void Fail()
    {
        Disconnect();
        Failed++;
        if (++_failuresInARow == MostFailuresInARow) throw new BenchException($"{target.Address}: {_failuresInARow} writes in a row failed.");
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
