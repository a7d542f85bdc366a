using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Control;

/// <summary>
/// Where scenarios and chaos runs play: a cluster in virtual time, or the real nodes. What a stage cannot do, it refuses with a <see cref="ControlException"/>; nothing has changed then.
/// </summary>
public interface IClusterControl
{
    /// <summary>For people: <c>real nodes</c>, <c>virtual time</c>.</summary>
    string Name { get; }

    /// <summary>The only clock of a scenario.</summary>
    TimeProvider Time { get; }

    /// <summary>An empty lab: every node runs and holds nothing, no fault is left; then the settings.</summary>
    Task BeginAsync(LiveSettingsPatch settings, CancellationToken cancellation);

    /// <summary>Every node runs again without faults, and the settings are those from before <see cref="BeginAsync"/>. What was stored stays to be looked at.</summary>
    Task EndAsync(CancellationToken cancellation);

    /// <summary>What others than the run changed since it began, in sentences.</summary>
    IReadOnlyList<string> Disturbances => [];

    /// <summary>All nodes as they are now.</summary>
    IReadOnlyList<ClusterNode> Nodes { get; }

    Task ChangeSettingsAsync(LiveSettingsPatch patch, CancellationToken cancellation);

    /// <summary>A client's write. Never throws for what may become of a write: no answer is an answer here.</summary>
    Task<WriteSeen> WriteAsync(string key, string value, IReadOnlyDictionary<string, double>? delaysMs, CancellationToken cancellation);

    /// <summary>A client's read. Never throws for what may become of it: no answer is an answer here.</summary>
    /// <param name="node">Null: R decides.</param>
    /// <param name="r">So many followers, drawn anew for each read; the newest answer counts.</param>
    /// <exception cref="ControlException">There is no such node, or there are not so many followers.</exception>
    Task<ReadSeen> ReadAsync(string key, string? node, int r, CancellationToken cancellation);

    Task ActAsync(NodeAct act, string node, double amountMs, CancellationToken cancellation);

    /// <summary>Returns when the node takes requests.</summary>
    /// <param name="recovers">False: as a leader it asks nobody and counts from 1 again.</param>
    Task StartAsync(string node, bool recovers, CancellationToken cancellation);

    Task SetLinkAsync(string follower, LinkFaults faults, CancellationToken cancellation);
    Task PartitionAsync(IReadOnlyList<string> otherSide, CancellationToken cancellation);

    /// <param name="follower">Null: every link, and every node's own faults stay.</param>
    Task HealAsync(string? follower, CancellationToken cancellation);

    /// <returns>What was done, for people.</returns>
    Task<string> FailOverAsync(string? to, CancellationToken cancellation);

    /// <summary>No write in flight and no delivery pending; false while nobody leads.</summary>
    Task<bool> IsQuietAsync(CancellationToken cancellation);

    /// <summary>What a node holds; its entries are null when it does not answer.</summary>
    Task<ReplicaDump> DumpAsync(string node, CancellationToken cancellation);

    /// <summary>Events since <see cref="BeginAsync"/> that this stage has heard of so far.</summary>
    /// <param name="node">Null: of any node.</param>
    long CountOf(EventKind kind, string? node);
}

/// <param name="Leads">Whether it leads now: a node's id stays when its role changes.</param>
/// <param name="Up">It runs, frozen or not.</param>
public sealed record ClusterNode(string Id, bool Leads, bool Up);

/// <summary>What a client saw of one write.</summary>
/// <param name="Status">Null: no answer, or a refusal.</param>
/// <param name="Version"><see cref="EntryVersion.None"/> without an answer.</param>
/// <param name="Problem">Why there was no answer, a sentence.</param>
public sealed record WriteSeen(WriteStatus? Status, EntryVersion Version, int Acks, int Required, TimeSpan Elapsed, string? Problem);

/// <summary>What a client saw of one read.</summary>
/// <param name="Node">Whose answer counted; null without an answer.</param>
/// <param name="Version"><see cref="EntryVersion.None"/> where it does not hold the key.</param>
/// <param name="Problem">Why there was no answer, a sentence.</param>
public sealed record ReadSeen(string? Node, EntryVersion Version, string? Value, string? Problem);

/// <summary>A stage cannot do what it is asked for, and says why.</summary>
public sealed class ControlException : Exception
{
    public ControlException(string message) : base(message) { }
    public ControlException() { }
    public ControlException(string message, Exception inner) : base(message, inner) { }
}
