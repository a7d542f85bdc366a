using KvLab.Core.Events;
using KvLab.Core.Observation.Traffic;
using KvLab.Tests.Goldens;

namespace KvLab.Tests.Traffic;

/// <summary>Feeds what happened in a run to a book of messages, in whatever order the nodes' reports come.</summary>
internal static class TwoEnds
{
    public static List<(long Ns, NodeEvent Event)> Steps(PlayedRun run) =>
        [.. run.Told.Where(t => t.What is Happened).Select(t => ((long)t.At.TotalNanoseconds + 1, ((Happened)t.What).Event))];

    public static TrafficBook Book(IEnumerable<(long Ns, NodeEvent Event)> steps)
    {
        var book = new TrafficBook();
        foreach (var (ns, e) in steps) book.Take(e.Node, e, ns, foreign: false);
        return book;
    }

    /// <summary>Each node's own order stays; how they come one after the other is drawn.</summary>
    public static IEnumerable<(long Ns, NodeEvent Event)> Shuffled(List<(long Ns, NodeEvent Event)> steps, int seed)
    {
        var die = new Random(seed);
        var streams = steps.GroupBy(s => s.Event.Node).Select(g => new Queue<(long, NodeEvent)>(g)).ToList();
        while (streams.Count > 0)
        {
            var stream = streams[die.Next(streams.Count)];
            // As batches come: some of one node in a row.
            for (var i = die.Next(1, 20); i > 0 && stream.TryDequeue(out var step); i--) yield return step;
            if (stream.Count == 0) streams.Remove(stream);
        }
    }

    public static IReadOnlyList<MessageView> Messages(PlayedRun run, MessageQuery? query = null)
    {
        var book = Book(Steps(run));
        return (query ?? new MessageQuery(Limit: MessageQuery.MostRows)).Of(new TrafficCopy(book.Trips.Copy(), [], DateTimeOffset.UnixEpoch,
            run.Events.Select(e => e.Node).Distinct().ToDictionary(n => n, _ => 0.0)));
    }
}
