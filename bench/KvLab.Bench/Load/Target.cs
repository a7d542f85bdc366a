using System.Net;

namespace KvLab.Bench.Load;

internal enum Reply
{
    /// <summary>More of the answer is to come.</summary>
    Incomplete,
    Success,

    /// <summary>An answer, but fewer than W confirmed.</summary>
    Short,

    /// <summary>A refusal, or nothing that can be understood.</summary>
    Failed,
}

/// <summary>A server that accepts writes, with the bytes of every request made beforehand.</summary>
internal abstract class Target(IPEndPoint address, IReadOnlyList<byte[]> requests)
{
    // What is prepared must fit in memory beside what is measured.
    private const long MostPreparedBytes = 1L << 30;

    public IPEndPoint Address { get; } = address;

    public int Keys => requests.Count;

    /// <param name="key">0 … <see cref="Keys"/> − 1.</param>
    public byte[] Request(int key) => requests[key];

    /// <param name="received">All that came since the request was sent.</param>
    /// <param name="closes">Whether the server ends the connection after this answer.</param>
    public abstract Reply Parse(ReadOnlySpan<byte> received, out bool closes);

    protected static string Value(int bytes) => new('v', bytes);

    /// <exception cref="ArgumentException">They would not fit.</exception>
    protected static byte[][] Prepare(int keys, int valueBytes, Func<int, byte[]> request)
    {
        if ((long)keys * valueBytes > MostPreparedBytes) throw new ArgumentException($"{keys} keys with values of {valueBytes} bytes are too much to prepare; the limit is {MostPreparedBytes >> 20} MiB.");
        return [.. Enumerable.Range(0, keys).Select(request)];
    }
}
