using System.Collections.Immutable;
using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Infrastructure;

/// <summary>
/// Makes up a consistent past of a cluster out of a seed: writes, what each follower did with them, the events of it and the snapshot
/// that follows. For tests of what people see; nothing here is used to judge the protocol.
/// </summary>
public sealed class ClusterStory
{
    private static readonly DateTimeOffset Epoch = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, long> _sequences = [];
    private readonly List<(double AtMs, NodeEvent Event)> _events = [];
    private readonly Dictionary<string, Dictionary<string, ReplicaCell>> _held = [];
    private readonly Dictionary<string, (EntryVersion Version, string Value)> _leader = [];
    private readonly List<WriteView> _writes = [];
    private readonly List<LatencyPoint> _latencies = [];
    private readonly Dictionary<string, (long Applied, long Refused, long Failed)> _counts = [];

    public int Followers { get; init; } = 5;
    public int Writes { get; init; } = 200;
    public int Keys { get; init; } = 12;
    public double GapMs { get; init; } = 55;
    public LiveSettings Settings { get; init; } = new();

    /// <summary>A follower that was killed halfway; deliveries to it fail from then on.</summary>
    public string? Down { get; init; }

    /// <summary>The story is told this long after its last write began; null for until quiescence.</summary>
    public double? CutAfterMs { get; init; }

    public ClusterSnapshot Tell()
    {
        var random = new Random(17);
        var names = Enumerable.Range(1, Followers).Select(i => $"follower-{i}").ToArray();
        var shape = DelayShape.Of(Settings);
        var cut = CutAfterMs is { } after ? Writes * GapMs + after : double.PositiveInfinity;
        var arrivals = new List<(double AtMs, int Write, string Follower, double DelayMs)>();

        foreach (var name in names) _held[name] = [];
        for (var i = 0; i < Writes; i++)
        {
            foreach (var name in names)
            {
                var delay = Math.Round(shape.Quantile(Math.Clamp(random.NextDouble(), 0.001, 0.999)), 3);
                arrivals.Add((i * GapMs + delay + 1.2, i, name, delay));
            }
        }

        var writes = Enumerable.Range(0, Writes).Select(i => new Draft(i, $"k{random.Next(1, Keys + 1)}", $"\"value {i + 1}\"")).ToArray();
        foreach (var write in writes) _leader[write.Key] = (write.Version, write.Value);
        Ready(names);
        foreach (var write in writes) Begin(write, names, arrivals.Where(a => a.Write == write.Index).ToArray());
        foreach (var arrival in arrivals.OrderBy(a => a.AtMs)) Arrive(writes[arrival.Write], arrival.Follower, arrival.DelayMs, arrival.AtMs, cut);
        foreach (var write in writes) End(write, cut);
        if (Down is not null) Record(Writes * GapMs / 2, NodeNames.Dashboard, EventKind.ProcessStopped, e => e with { Peer = Down, Detail = "killed from the page" });
        return Snapshot(names, cut);
    }

    private sealed record Draft(int Index, string Key, string Value)
    {
        public EntryVersion Version { get; } = new(1, Index + 1);
        public List<DeliveryView> Deliveries { get; } = [];
        public int Acks { get; set; }
        public double? AnsweredMs { get; set; }
        public int AcksWhenAnswered { get; set; }
    }

    private void Ready(string[] names)
    {
        foreach (var node in names.Prepend(NodeRoles.Leader))
            Record(-500, node, EventKind.NodeReady, e => e with { Settings = node == NodeRoles.Leader ? Settings : null });
    }

    private void Begin(Draft write, string[] names, (double AtMs, int Write, string Follower, double DelayMs)[] arrivals)
    {
        var at = write.Index * GapMs;
        Record(at, NodeRoles.Leader, EventKind.WriteAccepted, e => Of(e, write) with { Value = write.Value, HeldEpoch = 1, HeldVersion = write.Version.Counter });
        Record(at + 0.1, NodeRoles.Leader, EventKind.ReplicationStarted, e => Of(e, write) with
        {
            Peers = names,
            DelaysMs = [.. arrivals.Select(a => a.DelayMs)],
            Required = Settings.WriteQuorum,
        });
        if (Settings.WriteQuorum == 0) write.AnsweredMs = 0.2;
    }

    private void Arrive(Draft write, string follower, double delayMs, double atMs, double cut)
    {
        var elapsed = Math.Round(atMs - write.Index * GapMs, 3);
        if (atMs > cut)
        {
            write.Deliveries.Add(new DeliveryView(follower, delayMs, DeliveryOutcome.Pending, null, false, 1, EntryVersion.None, null));
            return;
        }
        if (follower == Down && atMs > Writes * GapMs / 2)
        {
            write.Deliveries.Add(new DeliveryView(follower, delayMs, DeliveryOutcome.Failed, elapsed, write.AnsweredMs is not null, 3, EntryVersion.None, "refused"));
            Count(follower, failed: 1);
            Record(atMs, NodeRoles.Leader, EventKind.DeliveryFailed, e => Of(e, write) with { Peer = follower, Reason = "refused", Attempt = 1, ElapsedMs = elapsed });
            return;
        }

        var late = write.AnsweredMs is not null;
        var held = _held[follower].GetValueOrDefault(write.Key);
        var naive = Settings.Versioning == VersioningMode.Naive;
        var refused = !naive && held is not null && held.Version > write.Version;
        if (refused)
        {
            _held[follower][write.Key] = held! with { RefusedAt = (long)atMs + 1, LastRefused = write.Version };
            Count(follower, refused: 1);
            Record(atMs, follower, EventKind.EntryRefused, e => Of(e, write) with { HeldEpoch = 1, HeldVersion = held.Version.Counter, Peer = NodeRoles.Leader });
        }
        else
        {
            _held[follower][write.Key] = new ReplicaCell(write.Version, write.Value, (long)atMs, 0, EntryVersion.None);
            Count(follower, applied: 1);
            Record(atMs, follower, EventKind.EntryApplied, e => Of(e, write) with { HeldEpoch = held is null ? 0 : 1, HeldVersion = held?.Version.Counter ?? 0, Peer = NodeRoles.Leader, Naive = naive });
        }
        var now = refused ? held!.Version : write.Version;
        write.Deliveries.Add(new DeliveryView(follower, delayMs, refused ? DeliveryOutcome.Superseded : DeliveryOutcome.Applied, elapsed, late, 1, now, null));
        Record(atMs + 0.4, NodeRoles.Leader, EventKind.DeliveryAcked, e => Of(e, write) with
        {
            Peer = follower,
            Outcome = refused ? DeliveryOutcome.Superseded : DeliveryOutcome.Applied,
            ElapsedMs = elapsed,
            DelayMs = delayMs,
            Attempt = 1,
            Late = late,
            HeldEpoch = 1,
            HeldVersion = now.Counter,
        });
        if (++write.Acks != Settings.WriteQuorum || late) return;
        write.AnsweredMs = elapsed;
        Record(atMs + 0.5, NodeRoles.Leader, EventKind.WriteAnswered, e => Of(e, write) with { Reason = "success", Acks = write.Acks, Required = Settings.WriteQuorum, ElapsedMs = elapsed });
    }

    private void End(Draft write, double cut)
    {
        var pending = write.Deliveries.Any(d => d.Outcome == DeliveryOutcome.Pending);
        var partial = write.AnsweredMs is null && !pending;
        var elapsed = partial ? write.Deliveries.Max(d => d.CompletedMs ?? 0) : write.AnsweredMs;
        WriteStatus? status = partial ? WriteStatus.PartialSuccess : elapsed is null ? null : WriteStatus.Success;
        _writes.Add(new WriteView(write.Version, write.Key, write.Value, Settings.WriteQuorum, status, status is null ? null : partial ? write.Acks : Settings.WriteQuorum,
            elapsed, partial ? "quorum_unreachable" : status is null ? null : "quorum_reached", Settings.Versioning == VersioningMode.Naive,
            Epoch.AddMilliseconds(write.Index * GapMs), [.. write.Deliveries.OrderBy(d => d.Follower, StringComparer.Ordinal)]));
        if (elapsed is { } ms && write.Index * GapMs + ms <= cut)
            _latencies.Add(new LatencyPoint(write.Version, ms, !partial, Settings.WriteQuorum, OrderStatistics.MeanMs(Settings, Followers)));
        if (partial)
        {
            Record(write.Index * GapMs + elapsed!.Value, NodeRoles.Leader, EventKind.WriteAnswered, e => Of(e, write) with
            {
                Reason = "partial_success",
                Acks = write.Acks,
                Required = Settings.WriteQuorum,
                ElapsedMs = elapsed,
            });
        }
    }

    private ClusterSnapshot Snapshot(string[] names, double cut)
    {
        var rows = _leader.ToImmutableSortedDictionary(pair => pair.Key, pair => new KeyRow(pair.Key, pair.Value.Version, pair.Value.Value,
            _held.Where(f => f.Value.ContainsKey(pair.Key)).ToImmutableSortedDictionary(f => f.Key, f => f.Value[pair.Key])));
        var latencies = _writes.Where(w => w.ElapsedMs is not null).Select(w => w.ElapsedMs!.Value).Order().ToArray();
        return new ClusterSnapshot
        {
            Revision = 1,
            Settings = Settings,
            Nodes = [Node(NodeRoles.Leader, NodeRoles.Leader, 8000, rows), .. names.Select((name, i) => Node(name, NodeRoles.Follower, 8001 + i, rows))],
            Keys = rows,
            KeyOrder = [.. rows.Keys.OrderBy(k => k.Length).ThenBy(k => k, StringComparer.Ordinal)],
            Writes = [.. Enumerable.Reverse(_writes).Take(StateLimits.Writes)],
            Events = Log(_events.Where(e => e.AtMs <= cut).OrderBy(e => e.AtMs).Select((e, i) => e.Event with { Lamport = i + 1 })),
            Latencies = [.. _latencies],
            Lags = [.. Lags(names)],
            Kpis = new Kpis(Writes, _writes.Count(w => w.Status == WriteStatus.Success), _writes.Count(w => w.Status == WriteStatus.PartialSuccess),
                _counts.Values.Sum(c => c.Refused), _writes.Count(w => w.Status is null),
                _writes.Sum(w => w.Deliveries.Count(d => d.Outcome == DeliveryOutcome.Pending)),
                latencies.Length == 0 ? null : latencies.Average(), At(latencies, 0.5), At(latencies, 0.95), At(latencies, 0.99),
                double.IsPositiveInfinity(cut) ? 0 : 412, 0),
        };
    }

    private NodeView Node(string id, string role, int port, ImmutableSortedDictionary<string, KeyRow> rows)
    {
        var count = _counts.GetValueOrDefault(id);
        var behind = role == NodeRoles.Leader ? 0 : rows.Values.Count(r => ReplicaComparison.Compare(r, id).State is CellState.Behind or CellState.Missing);
        return new NodeView(id, role, $"http://127.0.0.1:{port}", id == Down ? null : 4000 + port, id == Down ? NodeState.Stopped : NodeState.Running, null,
            behind, count.Applied, count.Refused, count.Failed, role == NodeRoles.Leader ? rows.Count : _held[id].Count, Epoch);
    }

    private IEnumerable<LagPoint> Lags(string[] names)
    {
        var random = new Random(5);
        if (Writes == 0) yield break;
        for (var i = 0; i <= 60; i++)
        {
            yield return new LagPoint(20 + i * 0.5, names.ToImmutableSortedDictionary(n => n, n =>
                i == 60 && CutAfterMs is null ? 0 : n == Down && i > 30 ? Math.Min(Keys, (i - 30) / 2) : i is 0 ? 0 : random.Next(0, Math.Max(2, Keys / 2))));
        }
    }

    private static double? At(double[] sorted, double quantile) => sorted.Length == 0 ? null : sorted[(int)((sorted.Length - 1) * quantile)];

    private void Count(string node, long applied = 0, long refused = 0, long failed = 0)
    {
        var count = _counts.GetValueOrDefault(node);
        _counts[node] = (count.Applied + applied, count.Refused + refused, count.Failed + failed);
    }

    private static NodeEvent Of(NodeEvent e, Draft write) => e with { Key = write.Key, Epoch = 1, Version = write.Version.Counter };

    private void Record(double atMs, string node, EventKind kind, Func<NodeEvent, NodeEvent> with) =>
        _events.Add((atMs, with(new NodeEvent
        {
            Node = node,
            Incarnation = "a1",
            Sequence = _sequences[node] = _sequences.GetValueOrDefault(node) + 1,
            Kind = kind,
            At = Epoch.AddMilliseconds(atMs),
            MonotonicNs = (long)((atMs + 1000) * 1_000_000),
        })));

    public static EventLogView Log(IEnumerable<NodeEvent> events, long discarded = 0)
    {
        var runs = new List<GrowingRun>();
        foreach (var chunk in events.Chunk(GrowingRun.Capacity))
        {
            runs.Add(new GrowingRun(discarded + runs.Sum(r => r.Count)));
            foreach (var e in chunk) runs[^1].Add(e);
        }
        return new EventLogView([.. runs], runs.Sum(r => r.Count), discarded);
    }
}
