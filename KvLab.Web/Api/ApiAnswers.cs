using System.Text.Json.Serialization;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Web.Commands;
using KvLab.Web.Leases;
using KvLab.Web.Resets;

namespace KvLab.Web.Api;

// The shapes of the REST API. Scripts depend on these names; the state behind them may change.

/// <param name="Mode"><c>supervised</c> or <c>external</c>.</param>
/// <param name="Leader">Who leads; null: nobody does, or not yet.</param>
/// <param name="Problem">Why no write is taken, where nobody leads or a leader waits for nodes; null while somebody does, and while the first leader is starting.</param>
/// <param name="Quiescent">No write in flight and no delivery pending, as far as events told; never where nobody leads, or the leader starts.</param>
/// <param name="Kpis">Figures of the writes that began under the settings in force; inFlight, pendingDeliveries, eventsPerSecond and droppedEvents are of the cluster as it is.</param>
/// <param name="Figures">The same by settings: those in force, and those before.</param>
/// <param name="Lease">Which run has the cluster to itself; null: none.</param>
/// <param name="Waiting">A leader that started and accepts no writes yet, because too few nodes answer; null: none waits.</param>
public sealed record ClusterAnswer(
    string Mode, string? Leader, string? Problem, bool Quiescent, LiveSettings? Settings, IReadOnlyList<NodeAnswer> Nodes, Kpis Kpis, FiguresAnswer Figures, long Revision, LeaseView? Lease, WaitingView? Waiting)
{
    internal static ClusterAnswer Of(ClusterSnapshot snapshot, bool supervised, LeaseView? lease) => new(
        supervised ? "supervised" : "external", snapshot.Waiting is null ? snapshot.Leader?.Id : null, Leadership.ProblemOf(snapshot) ?? snapshot.Waiting?.Sentence, snapshot.Quiescent, snapshot.Settings,
        [.. snapshot.Nodes.Select(NodeAnswer.Of)], snapshot.Kpis, FiguresAnswer.Of(snapshot.Figures), snapshot.Revision, lease, snapshot.Waiting);
}

/// <param name="Current">Null before the leader told its settings.</param>
/// <param name="Before">Settings under which there were writes, newest first.</param>
/// <param name="BeforeDropped">Older ones that are kept no more.</param>
public sealed record FiguresAnswer(FiguresRow? Current, IReadOnlyList<FiguresRow> Before, int BeforeDropped)
{
    internal static FiguresAnswer Of(FiguresView figures) => new(
        figures.Current is { } current ? FiguresRow.Of(current) : null, [.. figures.Before.Select(FiguresRow.Of)], figures.BeforeDropped);
}

/// <summary>Figures of the writes that began under these settings, with so many followers and this storage.</summary>
/// <param name="Over">Answers that mean and percentiles are over: the latest of them.</param>
/// <param name="PredictedMeanMs">Exact mean of the W-th smallest delay, without the machine's overhead; null where there is none.</param>
public sealed record FiguresRow(
    LiveSettings Settings, int Followers, string Storage, DateTimeOffset Since, long Writes, long Success, long Partial, long RefusedStale,
    int Over, double? MeanMs, double? P50Ms, double? P95Ms, double? P99Ms, double? PredictedMeanMs)
{
    internal static FiguresRow Of(SettingsFigures f) => new(
        f.Conditions.Settings, f.Conditions.Followers, f.Conditions.Storage, f.Since, f.Writes, f.Success, f.Partial, f.RefusedStale,
        f.Latency.Over, f.Latency.MeanMs, f.Latency.P50Ms, f.Latency.P95Ms, f.Latency.P99Ms, f.PredictedMeanMs);
}

/// <summary>A body of <c>PUT /api/cluster/storage</c>.</summary>
/// <param name="Storage">For all nodes that <paramref name="StorageOf"/> does not name; without it they keep what they have.</param>
/// <param name="StorageOf">By node id.</param>
public sealed record StorageBody(string? Storage, IReadOnlyDictionary<string, string>? StorageOf);

/// <param name="Label">What the page calls it, with its role: ids are names and do not change with the role.</param>
/// <param name="State">starting, running, disconnected, stopped, crashed or frozen.</param>
/// <param name="Behind">Keys on which the follower is behind the leader or which it lacks.</param>
public sealed record NodeAnswer(
    string Id, string Role, string Label, string Url, int? Pid, string State, string? Notice, int Behind, long Applied, long Refused, long Failed, int Keys,
    double SlowMs, long ClockSkewMs, string Storage, string? StorageProblem, string? StoragePersistence)
{
    internal static NodeAnswer Of(NodeView n) => new(
        n.Id, n.Role, n.Label, n.Url, n.ProcessId, n.State.ToString().ToLowerInvariant(), n.Notice, n.Behind, n.Applied, n.Refused, n.Failed, n.Keys, n.SlowMs, n.ClockSkewMs,
        n.Storage, n.StorageProblem, n.StoragePersistence);
}

/// <summary>A body of <c>POST /api/cluster/reset</c>; without one it is <c>data</c>.</summary>
public sealed record ResetBody(ResetScope? Scope);

/// <summary>A body of <c>POST /api/writes</c>.</summary>
/// <param name="Key">1–512 characters, no control characters.</param>
/// <param name="Value">Any JSON value up to 64 KiB.</param>
public sealed record WriteBody(string Key, JsonText Value);

/// <param name="Why">One sentence for the write as a whole.</param>
public sealed record WriteRow(
    long Version, long Epoch, string Key, string? Value, int Required, WriteStatus? Status, int? Acks, double? ElapsedMs, string? Reason,
    bool Naive, DateTimeOffset At, double? StoredMs, string Why, IReadOnlyList<DeliveryRow> Deliveries)
{
    internal static WriteRow Of(WriteView w, Explain explain) => new(
        w.Version.Counter, w.Version.Epoch, w.Key, w.Value, w.Required, w.Status, w.Acks, w.ElapsedMs, w.Reason, w.Naive, w.At, w.StoredMs,
        explain.Write(w), [.. w.Deliveries.Select(d => DeliveryRow.Of(w, d, explain))]);
}

public sealed record DeliveryRow(
    string Follower, double DelayMs, DeliveryOutcome Outcome, double? CompletedMs, bool Late, int Attempts, long HeldVersion, long HeldEpoch,
    string? Reason, double? StoredMs, string Why)
{
    internal static DeliveryRow Of(WriteView w, DeliveryView d, Explain explain) => new(
        d.Follower, d.DelayMs, d.Outcome, d.CompletedMs, d.Late, d.Attempts, d.Held.Counter, d.Held.Epoch, d.Reason, d.StoredMs, explain.Delivery(w, d));
}

/// <param name="Completed">Writes that came to an end: succeeded, partial or failed.</param>
/// <param name="SettingsChanged">Settings, followers or storage changed while it ran, so its latencies are of more than one of them.</param>
public sealed record BurstAnswer(
    string Id, BurstState State, int Writes, int Concurrency, int Keys, int Completed, int Succeeded, int Partial, int Failed,
    double ElapsedMs, double WritesPerSecond, double? MeanMs, double? MinMs, double? P50Ms, double? P90Ms, double? P95Ms, double? P99Ms, double? MaxMs,
    bool SettingsChanged, string? LastError)
{
    /// <summary>Of a burst that reads too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public BurstReads? Reads { get; init; }

    internal static BurstAnswer Of(Burst b) => new(
        b.Id, b.State, b.Plan.Writes, b.Plan.Concurrency, b.Plan.Keys, b.Completed, b.Succeeded, b.Partial, b.Failed,
        b.ElapsedMs, b.WritesPerSecond, b.MeanMs, b.MinMs, b.P50Ms, b.P90Ms, b.P95Ms, b.P99Ms, b.MaxMs, b.SettingsChanged, b.LastError)
    { Reads = b.Reads };
}

/// <param name="Nodes">Per node, over all its incarnations since the dashboard began.</param>
public sealed record TelemetryAnswer(long Received, long Doubles, long Gaps, long Dropped, IReadOnlyList<TelemetryRow> Nodes)
{
    internal static TelemetryAnswer Of(ClusterSnapshot snapshot)
    {
        var rows = snapshot.Telemetry.Where(t => t.Node != NodeNames.Dashboard)
            .Select(t => new TelemetryRow(t.Node, t.Received, t.Doubles, t.Gaps, t.Dropped)).ToArray();
        return new(rows.Sum(r => r.Received), rows.Sum(r => r.Doubles), rows.Sum(r => r.Gaps), rows.Sum(r => r.Dropped), rows);
    }
}

public sealed record TelemetryRow(string Id, long Received, long Doubles, long Gaps, long Dropped);

/// <param name="Follower">Which follower gets the versions out of order; by default the first that runs.</param>
public sealed record OutOfOrderBody(string? Follower);

public sealed record FollowerAnswer(string Id);

public sealed record TokenAnswer(string Header, string? Token);

/// <param name="Status">Always <c>ready</c>: a dashboard that answers can be used.</param>
public sealed record HealthAnswer(string Status, int NodesRunning, int Nodes);
