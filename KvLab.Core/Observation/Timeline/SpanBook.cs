namespace KvLab.Core.Observation.Timeline;

/// <summary>Since when something is so, and how long it was: is told what is so now, and remembers what changed.</summary>
internal sealed class SpanBook
{
    /// <summary>So many that are over are remembered.</summary>
    public const int Capacity = 4096;

    private readonly Queue<LaneSpan> _over = new();
    private readonly Dictionary<(SpanKind, string), LaneSpan> _open = [];

    /// <summary>The oldest first; what goes on comes last.</summary>
    public IReadOnlyList<LaneSpan> All => [.. _over, .. _open.Values.OrderBy(s => s.BeginNs).ThenBy(s => s.Kind).ThenBy(s => s.Node, StringComparer.Ordinal)];

    /// <param name="now">All that is so: of one kind at one node there is one.</param>
    /// <param name="lamport">The latest Lamport time of a node.</param>
    public void Look(IReadOnlyCollection<(SpanKind Kind, string Node, string Words)> now, long ns, Func<string, long> lamport)
    {
        foreach (var (place, span) in _open)
        {
            if (now.Any(n => (n.Kind, n.Node) == place && n.Words == span.Words)) continue;
            _open.Remove(place);
            // Two words for one change.
            if (ns <= span.BeginNs) continue;
            if (_over.Count >= Capacity) _over.Dequeue();
            _over.Enqueue(span with { EndNs = ns, EndLamport = Math.Max(lamport(span.Node), span.BeginLamport) });
        }

        foreach (var (kind, node, words) in now)
            if (!_open.ContainsKey((kind, node))) _open[(kind, node)] = new LaneSpan(kind, node, words, ns, 0, lamport(node), 0);
    }

    /// <summary>What is over is forgotten with the messages of its time.</summary>
    public void ForgetOver() => _over.Clear();
}
