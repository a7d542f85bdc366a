using KvLab.Core.Analysis;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Web.Commands;
using KvLab.Core.Observation.Traffic;
using KvLab.Web.Live;
using KvLab.Web.Reads;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Resets;

namespace KvLab.Tests.Infrastructure;

/// <summary>
/// A cluster at the seam that the page knows: a test publishes snapshots and sees the commands that the page gave.
/// </summary>
public sealed class FakeCluster : IClusterState, IClusterCommands, ILabDefaults, ITrafficLookup, IReads
{
    /// <summary>No message was ever told of.</summary>
    public TrafficCopy CopyTraffic() => throw new NotSupportedException();

    public byte[]? NextTraffic(TrafficCursor cursor) => null;

    /// <summary>What the next read gets.</summary>
    public Func<ReadRequest, ReadRow>? Read { get; set; }

    public Task<ReadRow> ReadAsync(ReadRequest request, CancellationToken cancellation = default) => Task.FromResult(Read!(request));

    void IReads.Check(ReadRequest request)
    {
    }

    private readonly Lock _gate = new();
    private readonly List<Action<ClusterSnapshot>> _subscribers = [];
    private ClusterSnapshot _current = ClusterSnapshot.Empty;

    public FakeCluster(ClusterSnapshot? snapshot = null) => _current = snapshot ?? ClusterSnapshot.Empty;

    public ClusterSnapshot Current => _current;
    public int Subscribers { get { lock (_gate) return _subscribers.Count; } }

    public (ClusterSnapshot Snapshot, IDisposable Subscription) Subscribe(Action<ClusterSnapshot> onChange)
    {
        lock (_gate)
        {
            _subscribers.Add(onChange);
            return (_current, new Subscription(() => { lock (_gate) _subscribers.Remove(onChange); }));
        }
    }

    public void Publish(ClusterSnapshot snapshot)
    {
        Action<ClusterSnapshot>[] subscribers;
        lock (_gate)
        {
            _current = snapshot with { Revision = _current.Revision + 1 };
            subscribers = [.. _subscribers];
        }
        foreach (var subscriber in subscribers) subscriber(_current);
    }

    public void Publish(Func<ClusterSnapshot, ClusterSnapshot> change) => Publish(change(_current));

    /// <summary>What the page asked for, in order: "settings", "write k1", "kill follower-2", …</summary>
    public List<string> Commands { get; } = [];
    public List<LiveSettingsPatch> Patches { get; } = [];
    public BurstPlan? Plan { get; private set; }

    /// <summary>Thrown by the next command, once.</summary>
    public CommandException? Refusal { get; set; }

    /// <summary>Whether a settings command shows in the next snapshot, as it does when the leader's event arrives.</summary>
    public bool ReportsSettings { get; set; } = true;

    public Func<CancellationToken, Task<WriteAnswer>> Answer { get; set; } =
        _ => Task.FromResult(new WriteAnswer(WriteStatus.Success, "k1", 17, 1, 3, 3, 512, "Stored on the leader and on at least 3 of 5 followers."));

    public ConvergenceReport Report { get; set; } = new(true, true, 0, "All replicas are equal.", []);
    public List<Burst> BurstList { get; } = [];

    public bool Supervises { get; set; } = true;
    public IReadOnlyList<Burst> Bursts => BurstList;

    private void Note(string command)
    {
        if (Refusal is { } refusal)
        {
            Refusal = null;
            throw refusal;
        }
        Commands.Add(command);
    }

    public Task<LiveSettings> ChangeSettingsAsync(LiveSettingsPatch patch, CancellationToken cancellation = default)
    {
        Note("settings");
        Patches.Add(patch);
        var settings = patch.ApplyTo(_current.Settings ?? new LiveSettings());
        if (ReportsSettings) Publish(s => s with { Settings = settings });
        return Task.FromResult(settings);
    }

    public Task<WriteAnswer> WriteAsync(string key, JsonText value, CancellationToken cancellation = default)
    {
        Note($"write {key}={value}");
        return Answer(cancellation);
    }

    public Task<OutOfOrderDemo> OutOfOrderDemoAsync(string? follower = null, CancellationToken cancellation = default)
    {
        Note("out-of-order");
        return Task.FromResult(new OutOfOrderDemo("demo", "follower-2", [1, 2, 3], [3, 1, 2], 1));
    }

    public Burst StartBurst(BurstPlan plan)
    {
        Note($"burst {plan.Writes}");
        Plan = plan;
        var burst = new Burst($"b{BurstList.Count + 1}", plan, BurstState.Running, 0, 0, 0, 0, 0, null, null, null, null, null, null, null, 0, null);
        BurstList.Insert(0, burst);
        return burst;
    }

    public Burst? FindBurst(string id) => BurstList.FirstOrDefault(b => b.Id == id);

    public bool CancelBurst(string id)
    {
        Note($"cancel {id}");
        var at = BurstList.FindIndex(b => b.Id == id);
        if (at >= 0) BurstList[at] = BurstList[at] with { State = BurstState.Cancelled };
        return at >= 0;
    }

    public Task KillNodeAsync(string id, CancellationToken cancellation = default) => Done($"kill {id}");
    public Task StartNodeAsync(string id, CancellationToken cancellation = default) => Done($"start {id}");
    public Task ProceedAsync(string id, CancellationToken cancellation = default) => Done($"proceed {id}");
    public StorageRequest? Storage { get; private set; }

    public Task<StorageRequest> ChangeStorageAsync(StorageRequest request, CancellationToken cancellation = default)
    {
        Note("storage");
        Storage = request;
        return Task.FromResult(new StorageRequest());
    }

    public Task StopNodeAsync(string id, CancellationToken cancellation = default) => Done($"stop {id}");
    public Task FreezeNodeAsync(string id, CancellationToken cancellation = default) => Done($"freeze {id}");
    public Task ThawNodeAsync(string id, CancellationToken cancellation = default) => Done($"thaw {id}");
    public Task SetNodeFaultsAsync(string id, NodeFaults faults, CancellationToken cancellation = default) => Done($"faults {id}: {faults.Describe()}");
    public Task SetLinkAsync(string follower, LinkFaults faults, CancellationToken cancellation = default) => Done($"link {follower}: {faults.Describe()}");
    public Task HealAsync(string? follower = null, CancellationToken cancellation = default) => Done($"heal {follower ?? "all"}");
    public Task PartitionAsync(IReadOnlyList<string> otherSide, CancellationToken cancellation = default) => Done($"partition {string.Join(", ", otherSide)}");

    public Task<IReadOnlyList<LinkReport>> LinksAsync(CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<LinkReport>>([.. _current.Links.Select(l => new LinkReport(l.Follower, l.Faults, LinkCounts.None))]);
    public Task RemoveFollowerAsync(string id, CancellationToken cancellation = default) => Done($"remove {id}");
    public Task ResetAsync(CancellationToken cancellation = default) => Done("reset");
    public Task RestoreAsync(CancellationToken cancellation = default) => Done("reset all");

    public Task StartForgetfulAsync(string id, CancellationToken cancellation = default)
    {
        Note($"start {id} forgetful");
        return Task.CompletedTask;
    }

    public Task<string> AddFollowerAsync(CancellationToken cancellation = default)
    {
        Note("add");
        return Task.FromResult("follower-6");
    }

    public Task<ConvergenceReport> CheckConvergenceAsync(CancellationToken cancellation = default)
    {
        Note("compare");
        return Task.FromResult(Report);
    }

    private async Task Done(string command)
    {
        Note(command);
        await Task.CompletedTask;
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
