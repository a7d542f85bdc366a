using System.Buffers.Binary;
using KvLab.Bench.Clusters;

namespace KvLab.Bench.Viewers;

/// <summary>
/// How far behind the space-time diagram follows when a browser could not draw it beside the load: a viewer without a browser asks for windows as the page's script does,
/// and looks for the newest line in each. Both clocks are this machine's.
/// </summary>
internal static class FollowVerb
{
    // As timeline.js asks while it follows, in a window of 1366 pixels.
    private static readonly TimeSpan Rhythm = TimeSpan.FromMilliseconds(60);
    private const double SpanMs = 10_000;
    private const int Width = 1_700;

    public static async Task RunAsync(Arguments args)
    {
        var rate = args.Int("rate", 10_000, 1, 100_000);
        var rounds = args.Int("rounds", 5, 1, 100);
        var seconds = args.Int("seconds", 8, 1, 600);
        var options = new KvLabOptions(args.Int("port", 21_600, 1, 65_000));
        args.RefuseOthers();
        await using var cluster = await KvLabCluster.StartAsync(options);
        var target = cluster.Target(100, 5);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await using var viewer = await CircuitViewer.OpenAsync(http, new Uri(cluster.Dashboard!, "/timeline"));
        await PacedLoad.RunAsync(target, rate, TimeSpan.FromSeconds(5));

        var (behind, windows, rates) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var followed = await Following.MeasureAsync(target, rate, TimeSpan.FromSeconds(seconds), Rhythm, async () =>
            {
                var window = await viewer.AskAsync("OnWindow", $"[null,null,{SpanMs},{Width},null]");
                return (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds - Newest(window);
            });
            behind.Add(followed.BehindMs);
            windows.Add(followed.Looks);
            rates.Add(followed.WritesPerSecond);
        }

        if (viewer.Error is { } error) throw new BenchException(error);
        var table = new MarkdownTable("what", "median (range)");
        table.Add("writes/s", Spread.Of(rates).Text("0"));
        table.Add("windows in a round", Spread.Of(windows).Text("0"));
        table.Add("how far behind the newest line is, p95 of a round, ms", Spread.Of(behind).Text("0"));
        await Report.WriteAsync("follow", [table]);
    }

    /// <summary>When the newest line began, in ms since 1970; <c>TimelineFrames</c> in KvLab.Core has the format.</summary>
    private static double Newest(ReadOnlySpan<byte> frame)
    {
        const int began = 1, lanes = 5 * sizeof(double) + sizeof(int) + 1;
        var origin = BinaryPrimitives.ReadDoubleLittleEndian(frame[began..]);
        var at = lanes;
        for (var lane = frame[at++]; lane > 0; lane--) at = AfterText(frame, at) + 1 + sizeof(float);
        var keys = BinaryPrimitives.ReadUInt16LittleEndian(frame[at..]);
        at += sizeof(ushort);
        for (; keys > 0; keys--) at = AfterText(frame, at);
        var newest = 0.0;
        for (var lines = Count(frame, ref at); lines > 0; lines--, at += 45) newest = Math.Max(newest, BinaryPrimitives.ReadDoubleLittleEndian(frame[(at + 21)..]));
        for (var sums = Count(frame, ref at); sums > 0; sums--)
        {
            newest = Math.Max(newest, BinaryPrimitives.ReadDoubleLittleEndian(frame[(at + 12)..]));
            at += 44;
            at += 1 + frame[at] * 5;
        }

        return origin + newest;
    }

    private static int Count(ReadOnlySpan<byte> frame, ref int at)
    {
        at += sizeof(uint);
        return (int)BinaryPrimitives.ReadUInt32LittleEndian(frame[(at - sizeof(uint))..]);
    }

    private static int AfterText(ReadOnlySpan<byte> frame, int at) => at + sizeof(ushort) + BinaryPrimitives.ReadUInt16LittleEndian(frame[at..]);
}
