using KvLab.Core.Events;
using KvLab.Core.Keyframes;

namespace KvLab.Core.Observation.Series;

// A keyframe does not hold the events, of which the recording has all: it says where the log begins, and where its runs do, because what falls out falls out in whole runs.
public sealed partial class EventLog
{
    // From a keyframe, until the log is filled: where it began, and how many events its runs had.
    private (long First, int[] Runs, bool Growing)? _before;

    internal void Save(KeyframeWriter writer)
    {
        writer.Number(Total);
        writer.Number(_first);
        writer.Number(_forgotten);
        writer.Flag(_growing is not null);
        writer.Number(_runs.Count);
        foreach (var run in _runs) writer.Number(run.Count);
    }

    /// <summary>Until <see cref="Fill"/> the log begins with what comes after the keyframe.</summary>
    internal static EventLog Load(ref KeyframeReader reader, int capacity = StateLimits.Events)
    {
        var log = new EventLog(capacity) { Total = reader.Number() };
        var (first, forgotten, growing) = (reader.Number(), reader.Number(), reader.Flag());
        var runs = reader.Many(reader.Count(StateLimits.Events + 1), static (ref r) => r.Int());
        var held = runs.Sum(count => (long)count);
        // The oldest run may reach back behind the first event: a reset lies in the middle of it.
        if (forgotten > first || first > log.Total || held < log.Total - first || held > log.Total || (growing && runs is not [.., <= GrowingRun.Capacity]))
            throw new FormatException("The keyframe's log of events contradicts itself.");
        (log._before, log._first, log._forgotten) = ((first, runs, growing), log.Total, forgotten);
        return log;
    }

    /// <summary>Brings back what was in the log when the keyframe was made, before anything is added. What is not given counts as fallen out.</summary>
    /// <param name="preceding">
    /// Batches of events as <see cref="EventCodec"/> packs them, as they came before the keyframe and in that order. They may begin earlier than the log did; only
    /// their beginnings are read, and the events are unpacked when somebody looks.
    /// </param>
    /// <exception cref="FormatException">One of them is no such batch.</exception>
    public void Fill(IEnumerable<ReadOnlyMemory<byte>> preceding)
    {
        if (_before is not { } before || _first != Total) throw new InvalidOperationException("Only a log that was loaded from a keyframe, and that nothing was added to, can be filled.");
        _before = null;
        var parts = Place(NewOf(preceding), Total - before.Runs.Sum(count => (long)count));
        var (end, last) = (Total, parts.Count);
        for (var i = before.Runs.Length - 1; i >= 0 && last > 0; i--)
        {
            var start = end - before.Runs[i];
            if (parts[0].Start > Math.Max(start, before.First)) break;
            var first = last - 1;
            while (first > 0 && parts[first].Start > start) first--;
            EventRun run = first == last - 1 && parts[first].Start == start && parts[first].Count == end - start
                ? parts[first]
                : new JoinedRun(start, before.Runs[i], [.. parts[first..last]]);
            if (before.Growing && i == before.Runs.Length - 1) run = _growing = new GrowingRun(start, run);
            _runs.Insert(0, run);
            (end, _first) = (start, Math.Max(start, before.First));
            // The run before may end within the same batch.
            last = parts[first].Start < start ? first + 1 : first;
        }
    }

    /// <summary>Of each batch, how many of its events had not come before.</summary>
    private static List<(ReadOnlyMemory<byte> Packed, int First, int Count)> NewOf(IEnumerable<ReadOnlyMemory<byte>> batches)
    {
        var found = new List<(ReadOnlyMemory<byte>, int, int)>();
        var told = new Dictionary<string, SequenceLedger>(StringComparer.Ordinal);
        foreach (var packed in batches)
        {
            var head = EventCodec.ReadHead(packed.Span);
            if (!told.TryGetValue(head.Node, out var ledger)) told.Add(head.Node, ledger = new SequenceLedger());
            var first = head.Dropped == 0
                ? ledger.TakeIn(head.Incarnation, head.FirstSequence, head.Count)
                // Some of its numbers may be missing, so they have to be looked at one by one.
                : ledger.TakeIn(head.Incarnation, EventCodec.Read(packed.Span).Events);
            if (first < head.Count) found.Add((packed, first, head.Count - first));
        }

        return found;
    }

    /// <summary>The last of them ends where the log does; those before <paramref name="from"/> are left out.</summary>
    private List<PackedRun> Place(List<(ReadOnlyMemory<byte> Packed, int First, int Count)> batches, long from)
    {
        var parts = new List<PackedRun>();
        var end = Total;
        for (var i = batches.Count - 1; i >= 0 && end > from; i--)
        {
            var (packed, first, count) = batches[i];
            parts.Add(new PackedRun(end -= count, packed, first, count));
        }

        parts.Reverse();
        return parts;
    }
}
