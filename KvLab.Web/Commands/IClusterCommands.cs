using System.Text.Json.Serialization;
using KvLab.Core.Analysis;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Web.Problems;

namespace KvLab.Web.Commands;

/// <summary>
/// The only way from a button or the REST API to the nodes. The page never pretends: an effect is on screen when its event arrives.
/// Every method throws <see cref="CommandException"/> with a sentence for people when it cannot be done; then nothing has changed.
/// </summary>
public interface IClusterCommands
{
    Task<LiveSettings> ChangeSettingsAsync(LiveSettingsPatch patch, CancellationToken cancellation = default);

    Task<WriteAnswer> WriteAsync(string key, JsonText value, CancellationToken cancellation = default);

    /// <summary>Three writes of one key that reach one follower as 3, 1, 2 (the seed's example), by giving that link chosen delays.</summary>
    Task<OutOfOrderDemo> OutOfOrderDemoAsync(string? follower = null, CancellationToken cancellation = default);

    Burst StartBurst(BurstPlan plan);
    Burst? FindBurst(string id);
    /// <summary>Newest first.</summary>
    IReadOnlyList<Burst> Bursts { get; }
    /// <returns>False when there is no such burst.</returns>
    bool CancelBurst(string id);

    /// <summary>SIGKILL.</summary>
    Task KillNodeAsync(string id, CancellationToken cancellation = default);

    /// <summary>SIGTERM: it accepts no more writes, delivers what is open for a while, and ends.</summary>
    Task StopNodeAsync(string id, CancellationToken cancellation = default);

    /// <summary>Pauses the process (SIGSTOP, or its equivalent inside a node that was started elsewhere): it does nothing and keeps what it holds.</summary>
    Task FreezeNodeAsync(string id, CancellationToken cancellation = default);
    Task ThawNodeAsync(string id, CancellationToken cancellation = default);

    /// <summary>Makes a node slow and its wall clock wrong, until its process ends. <see cref="NodeFaults.Frozen"/> is not looked at.</summary>
    Task SetNodeFaultsAsync(string id, NodeFaults faults, CancellationToken cancellation = default);

    /// <summary>The leader's links as it knows them, with what their faults did so far.</summary>
    Task<IReadOnlyList<LinkReport>> LinksAsync(CancellationToken cancellation = default);

    /// <summary>Replaces the faults of the link between the leader and this follower. Where a partition separated the two, it does so no longer.</summary>
    Task SetLinkAsync(string follower, LinkFaults faults, CancellationToken cancellation = default);

    /// <summary>Takes away the faults of one link, and this follower back to the leader's side; or of all links, and the partition.</summary>
    Task HealAsync(string? follower = null, CancellationToken cancellation = default);

    /// <summary>
    /// Separates these followers from the leader and whoever is not named: sides, not links, so that it holds whoever leads. An empty list ends the partition;
    /// faults of links that were set by hand stay, but for those that swallow.
    /// </summary>
    Task PartitionAsync(IReadOnlyList<string> otherSide, CancellationToken cancellation = default);

    Task StartNodeAsync(string id, CancellationToken cancellation = default);

    /// <summary>Has a leader that waits for nodes before it accepts writes (<see cref="Core.Observation.Snapshots.ClusterSnapshot.Waiting"/>) begin without them: what only they hold may be lost.</summary>
    Task ProceedAsync(string id, CancellationToken cancellation = default);

    /// <summary>A lesson: starts a leader that asks nobody and counts from 1 again, as the seed's does. Every follower refuses what it writes, and confirms it.</summary>
    Task StartForgetfulAsync(string id, CancellationToken cancellation = default);

    /// <summary>
    /// Starts all nodes again over another storage, with the settings they have. What was in memory is gone; what lies on a disk or a server stays there, and what lies
    /// in the chosen storage already is there at once. The page's figures begin anew.
    /// </summary>
    /// <returns>What brings back what they stored in before.</returns>
    Task<StorageRequest> ChangeStorageAsync(StorageRequest request, CancellationToken cancellation = default);
    Task<string> AddFollowerAsync(CancellationToken cancellation = default);
    Task RemoveFollowerAsync(string id, CancellationToken cancellation = default);

    /// <summary>Empties every node that answers.</summary>
    Task ResetAsync(CancellationToken cancellation = default);

    /// <summary>Asks every node for all it holds and compares entry by entry.</summary>
    Task<ConvergenceReport> CheckConvergenceAsync(CancellationToken cancellation = default);

    /// <summary>Whether this dashboard started the nodes (and so can kill and start them).</summary>
    bool Supervises { get; }
}

/// <param name="Arrival">Versions in the order in which the follower gets them.</param>
/// <param name="Epoch">Of all three.</param>
public sealed record OutOfOrderDemo(string Key, string Follower, IReadOnlyList<long> Versions, IReadOnlyList<long> Arrival, long Epoch);

/// <param name="Writes">1 … 10,000 (REST allows up to 1,000,000).</param>
/// <param name="Concurrency">Writes in flight at a time, 1 … 200.</param>
/// <param name="Keys">Distinct keys k1 … kn, 1 … 1,000 (REST up to 100,000).</param>
public sealed record BurstPlan(int Writes, int Concurrency, int Keys)
{
    /// <summary>Share of reads among all that its workers do, 0 … 0.9.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public double Reads { get; init; }

    /// <summary>Where they read, as for a single read; null: any node.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? From { get; init; }

    /// <summary>Or from so many followers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? R { get; init; }
}

/// <summary>What became of a burst's reads.</summary>
public sealed record BurstReads(int Reads, int Stale, int Wrong, int NonMonotonic, int Unanswered, double? MeanMs);

[JsonConverter(typeof(JsonStringEnumConverter<BurstState>))]
public enum BurstState
{
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("done")] Done,
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}

/// <summary>A burst as of now. Latency is measured at the dashboard, from sending the request to having its answer.</summary>
public sealed record Burst(
    string Id, BurstPlan Plan, BurstState State, int Completed, int Succeeded, int Partial, int Failed,
    double ElapsedMs, double? MeanMs, double? P50Ms, double? P90Ms, double? P95Ms, double? P99Ms, double? MinMs, double? MaxMs,
    double WritesPerSecond, string? LastError)
{
    /// <summary>Settings, followers or storage changed while it ran, so its latencies are of more than one of them.</summary>
    public bool SettingsChanged { get; init; }

    /// <summary>Null where it only writes.</summary>
    public BurstReads? Reads { get; init; }
}
