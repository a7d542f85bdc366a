using System.Collections.Immutable;
using KvLab.Core.Control;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Reading;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Simulation;

/// <summary>
/// A simulated cluster whose observer is told what it would learn of real nodes without any event: that processes begin, end and freeze, who is on which side, and what clients
/// were told. It does the same as the cluster inside.
/// </summary>
public class WatchedCluster(SimulatedCluster inner, LiveSettings settings, Action<IngestMessage> tell) : IClusterControl
{
    private ImmutableArray<string> _otherSide = [];
    private LiveSettings _settings = settings;
    private string _lastLeader = NodeRoles.Leader;

    // Whoever reads here is one reader: what it saw of a key it should not see older again.
    private readonly Dictionary<string, EntryVersion> _seen = new(StringComparer.Ordinal);
    private readonly PromisedWrites _promised = new(inner.Time);

    public string Name => inner.Name;
    public TimeProvider Time => inner.Time;
    public IReadOnlyList<ClusterNode> Nodes => inner.Nodes;

    /// <summary>Whoever was there first sees every node introduce itself.</summary>
    /// <param name="begin">What they hold already is told as to a dashboard that comes later.</param>
    public void IntroduceAll(ClusterStart? begin = null)
    {
        _lastLeader = begin?.Leads ?? NodeRoles.Leader;
        foreach (var node in Nodes) Introduce(node.Id, node.Id == _lastLeader ? NodeRoles.Leader : NodeRoles.Follower, inner.Members.First(m => m.Id == node.Id).Incarnation);
        if (begin is null) return;
        foreach (var node in Nodes) tell(new NodeSeeded(node.Id, $"{inner.Members.First(m => m.Id == node.Id).Incarnation}", begin.Entries.GetValueOrDefault(node.Id, []), node.Id == _lastLeader ? _settings : null));
    }

    public async Task BeginAsync(LiveSettingsPatch settings, CancellationToken cancellation)
    {
        await inner.BeginAsync(settings, cancellation);
        _promised.Clear();
        _seen.Clear();
        _settings = settings.ApplyTo(_settings);
    }

    public virtual Task EndAsync(CancellationToken cancellation) => inner.EndAsync(cancellation);

    public async Task ChangeSettingsAsync(LiveSettingsPatch patch, CancellationToken cancellation)
    {
        await inner.ChangeSettingsAsync(patch, cancellation);
        _settings = patch.ApplyTo(_settings);
    }

    public async Task<WriteSeen> WriteAsync(string key, string value, IReadOnlyDictionary<string, double>? delaysMs, CancellationToken cancellation)
    {
        // By what was so when the write began: an answer may come much later.
        var (settings, leader) = (_settings, Leader());
        var answer = await inner.WriteAsync(key, value, delaysMs, cancellation);
        if (answer.Status == WriteStatus.Success) _promised.Promised(key, answer.Version);
        tell(answer.Status is not { } status ? new ClientsTold([], 1) : new ClientsTold([new ClientAnswer(
            new AcknowledgedWrite(answer.Version, key, leader, answer.Required, answer.Acks, Time.GetUtcNow(), settings.Versioning == VersioningMode.Naive, settings.QuorumCountsLeader),
            status == WriteStatus.Success)], 0));
        return answer;
    }

    public async Task<ReadSeen> ReadAsync(string key, string? node, int r, CancellationToken cancellation)
    {
        // Judged by what was so when the read began, as the dashboard judges its own.
        var (expected, seen) = (_promised.Expect(key), _seen.GetValueOrDefault(key));
        var read = await inner.ReadAsync(key, node, r, Told, cancellation);
        if (read.Problem is not null) return read;
        if (read.Version < seen) tell(new ClientsTold([], 0) { Backwards = 1 });
        _seen[key] = EntryVersion.Max(_seen.GetValueOrDefault(key), read.Version);
        return read;

        void Told(ReadTold told) =>
            tell(new ClientsTold([], 0) { Reads = [told with { Stale = told.Answered && expected.Of(new EntryVersion(told.Epoch, told.Version)).IsStale }] });
    }

    public async Task ActAsync(NodeAct act, string node, double amountMs, CancellationToken cancellation)
    {
        Leader();
        await inner.ActAsync(act, node, amountMs, cancellation);
        if (act is NodeAct.Kill or NodeAct.Stop)
        {
            tell(new ProcessChanged(node, NodeState.Stopped, null, act == NodeAct.Kill ? "killed by hand" : null));
            tell(new NodeDisconnected(node, $"{inner.Members.First(m => m.Id == node).Incarnation}"));
        }
        else if (act is NodeAct.Freeze or NodeAct.Thaw)
        {
            tell(new NodeFroze(node, act == NodeAct.Freeze));
        }
    }

    public async Task StartAsync(string node, bool recovers, CancellationToken cancellation)
    {
        if (inner.Members.FirstOrDefault(n => n.Id == node) is { Up: false } starts)
        {
            // As the stage decides it: whoever led last leads again, unless somebody else does.
            Introduce(node, node == _lastLeader && !Nodes.Any(n => n.Leads) ? NodeRoles.Leader : NodeRoles.Follower, starts.Incarnation + 1);
        }

        await inner.StartAsync(node, recovers, cancellation);
    }

    public Task SetLinkAsync(string follower, LinkFaults faults, CancellationToken cancellation) => inner.SetLinkAsync(follower, faults, cancellation);

    public async Task PartitionAsync(IReadOnlyList<string> otherSide, CancellationToken cancellation)
    {
        await inner.PartitionAsync(otherSide, cancellation);
        Divide([.. otherSide]);
    }

    public async Task HealAsync(string? follower, CancellationToken cancellation)
    {
        await inner.HealAsync(follower, cancellation);
        Divide(follower is null ? [] : _otherSide.Remove(follower));
    }

    public async Task<string> FailOverAsync(string? to, CancellationToken cancellation)
    {
        var done = await inner.FailOverAsync(to, cancellation);
        Leader();
        return done;
    }

    public Task<bool> IsQuietAsync(CancellationToken cancellation) => inner.IsQuietAsync(cancellation);
    public Task<ReplicaDump> DumpAsync(string node, CancellationToken cancellation) => inner.DumpAsync(node, cancellation);
    public long CountOf(EventKind kind, string? node) => inner.CountOf(kind, node);

    private void Introduce(string node, string role, int incarnation)
    {
        var now = MachineClock.Read(Time);
        tell(new NodeIntroduced(new NodeHello
        {
            Node = node,
            Incarnation = $"{incarnation}",
            Role = role,
            Url = $"http://{node}",
            OldestSequence = 1,
            BootId = now.BootId,
            MonotonicNs = now.Ns,
            // Its process begins at this instant, and its events count from here.
            OriginNs = now.Ns,
        }));
    }

    private void Divide(ImmutableArray<string> otherSide)
    {
        if (otherSide.SequenceEqual(_otherSide)) return;
        _otherSide = otherSide;
        tell(new SidesChanged(otherSide));
    }

    private string Leader() => _lastLeader = Nodes.FirstOrDefault(n => n is { Leads: true, Up: true })?.Id ?? _lastLeader;
}
