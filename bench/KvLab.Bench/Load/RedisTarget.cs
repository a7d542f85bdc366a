using System.Globalization;
using System.Net;
using System.Text;

namespace KvLab.Bench.Load;

/// <summary>SET and WAIT on one connection, as a client does that wants W replicas to have its write.</summary>
internal sealed class RedisTarget(IPEndPoint primary, int quorum, int keys, int valueBytes)
    : Target(primary, Prepare(keys, valueBytes, key => Commands(key, quorum, valueBytes)))
{
    private const string WaitAtMostMs = "1000";

    private static byte[] Commands(int key, int quorum, int valueBytes) =>
        Encoding.UTF8.GetBytes(Command("SET", $"key-{key}", Value(valueBytes)) + Command("WAIT", quorum.ToString(CultureInfo.InvariantCulture), WaitAtMostMs));

    private static string Command(params string[] words) => $"*{words.Length}\r\n" + string.Concat(words.Select(w => $"${w.Length}\r\n{w}\r\n"));

    /// <summary><c>+OK</c>, and the number of replicas that confirmed.</summary>
    public override Reply Parse(ReadOnlySpan<byte> received, out bool closes)
    {
        closes = false;
        var first = received.IndexOf("\r\n"u8);
        if (first < 0 || !received.EndsWith("\r\n"u8) || received.Length == first + 2) return Reply.Incomplete;
        var second = received[(first + 2)..];
        if (!received.StartsWith("+OK"u8) || second[0] != ':') return Reply.Failed;
        return int.Parse(second[1..^2], CultureInfo.InvariantCulture) >= quorum ? Reply.Success : Reply.Short;
    }
}
