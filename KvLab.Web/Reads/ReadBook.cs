using System.Globalization;
using HdrHistogram;
using KvLab.Core.Observation;
using KvLab.Core.Reading;

namespace KvLab.Web.Reads;

/// <summary>The latest reads, and figures of all since the last reset. Safe for concurrent use.</summary>
public sealed class ReadBook
{
    public const int MostRows = 500;

    /// <summary>Further behind than this many promised writes is counted together.</summary>
    public const int LongestBehind = 16;

    /// <summary>A longer value is not remembered: five hundred of the longest would be 32 MB.</summary>
    public const int LongestValue = 1024;

    private const long LongestMicroseconds = 3_600_000_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<ReadRow> _rows = new();
    private readonly Dictionary<(string From, int W, bool? Overlaps), Tally> _tallies = [];
    private readonly Listeners<ReadRow?> _listeners = new();

    private sealed class Tally
    {
        public readonly long[] Behind = new long[LongestBehind];
        public readonly LongHistogram MsBehind = new(LongestMicroseconds, 3);
        public long Reads, Stale, Wrong, NonMonotonic, Unanswered;
        public double LatencyMs;
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ReadRow> Rows
    {
        get { lock (_gate) return [.. _rows]; }
    }

    public void Add(ReadRow row, int followers, int acks)
    {
        lock (_gate)
        {
            _rows.AddFirst(row.Value?.Length > LongestValue ? row with { Value = null } : row);
            if (_rows.Count > MostRows) _rows.RemoveLast();
            var from = row.R is { } r ? string.Create(CultureInfo.InvariantCulture, $"r={r}") : row.Asked[0].Node;
            var key = (from, row.W, row.R is { } asked ? ReadQuorum.Overlaps(asked, acks, followers) : (bool?)null);
            if (!_tallies.TryGetValue(key, out var tally)) _tallies.Add(key, tally = new Tally());
            Count(tally, row);
        }

        _listeners.Tell(row);
    }

    private static void Count(Tally tally, ReadRow row)
    {
        tally.Reads++;
        if (row.Outcome == ReadOutcome.Unanswered)
        {
            tally.Unanswered++;
            return;
        }

        tally.LatencyMs += row.LatencyMs;
        if (row.NonMonotonic) tally.NonMonotonic++;
        if (row.Outcome == ReadOutcome.Fresh) return;
        if (row.Outcome == ReadOutcome.Wrong) tally.Wrong++;
        else tally.Stale++;
        tally.Behind[Math.Min(row.VersionsBehind, LongestBehind) - 1]++;
        tally.MsBehind.RecordValue(Math.Clamp((long)(row.MsBehind * 1000), 1, LongestMicroseconds));
    }

    /// <summary>By node or R, and by W.</summary>
    public IReadOnlyList<ReadFigures> Figures
    {
        get
        {
            lock (_gate)
            {
                return [.. _tallies.OrderBy(t => t.Key.From, Core.Configuration.NaturalOrder.Instance).ThenBy(t => t.Key.W).Select(t => Of(t.Key, t.Value))];
            }
        }
    }

    private static ReadFigures Of((string From, int W, bool? Overlaps) key, Tally t)
    {
        var (answered, behind) = (t.Reads - t.Unanswered, t.Stale + t.Wrong);
        return new ReadFigures(key.From, key.W, key.Overlaps, t.Reads, t.Stale, t.Wrong, t.NonMonotonic, t.Unanswered, answered == 0 ? 0 : (double)t.Stale / answered,
            behind == 0 ? null : t.MsBehind.GetValueAtPercentile(50) / 1000.0, behind == 0 ? null : t.MsBehind.GetValueAtPercentile(99) / 1000.0, answered == 0 ? null : t.LatencyMs / answered, [.. t.Behind]);
    }

    public void Clear()
    {
        lock (_gate)
        {
            _rows.Clear();
            _tallies.Clear();
        }

        _listeners.Tell(null);
    }

    /// <summary>Calls back with every read, and with null when all are forgotten. Dispose to stop.</summary>
    public IDisposable Listen(Action<ReadRow?> onRead) => _listeners.Add(onRead);
}
