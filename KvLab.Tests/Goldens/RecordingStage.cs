using System.Collections.Immutable;
using KvLab.Core.Control;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation;
using KvLab.Core.Replication;
using KvLab.Core.Scenarios;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Tests.Stories;

namespace KvLab.Tests.Goldens;

/// <summary>
/// A virtual stage that also notes what a dashboard would learn without any event: processes, partitions, and what clients were told.
/// </summary>
internal sealed class RecordingStage(SimulatedRun run) : IClusterControl
{
    private readonly SimulatedCluster _inner = run.Cluster;
    private readonly Dictionary<string, int> _incarnations = new(StringComparer.Ordinal);
    private ImmutableArray<string> _otherSide = [];
    private LiveSettings _settings = ScenarioRunner.Beginning;
    private string _lastLeader = NodeRoles.Leader;

    /// <summary>In the order in which they happened. Position: so many events had happened before.</summary>
    public List<(int Position, TimeSpan At, Told What)> Notes { get; } = [];

    public string Name => _inner.Name;
    public TimeProvider Time => _inner.Time;
    public IReadOnlyList<ClusterNode> Nodes => _inner.Nodes;

    public async Task BeginAsync(LiveSettingsPatch settings, CancellationToken cancellation)
    {
        await _inner.BeginAsync(settings, cancellation);
        _settings = settings.ApplyTo(_settings);
    }

    /// <summary>A golden ends with its story: what puts the lab back belongs to no story.</summary>
    public Task EndAsync(CancellationToken cancellation) => Task.CompletedTask;

    public async Task ChangeSettingsAsync(LiveSettingsPatch patch, CancellationToken cancellation)
    {
        await _inner.ChangeSettingsAsync(patch, cancellation);
        _settings = patch.ApplyTo(_settings);
    }

    public async Task<WriteSeen> WriteAsync(
        string key, string value, IReadOnlyDictionary<string, double>? delaysMs, CancellationToken cancellation)
    {
        var (settings, leader) = (_settings, Leader());
        var answer = await _inner.WriteAsync(key, value, delaysMs, cancellation);
        Note(answer.Status is not { } status ? new Unreached() : new Answered(new ClientAnswer(
            new AcknowledgedWrite(answer.Version, key, leader, answer.Required, answer.Acks, Time.GetUtcNow(),
                settings.Versioning == VersioningMode.Naive, settings.QuorumCountsLeader),
            status == WriteStatus.Success)));
        return answer;
    }

    public Task<ReadSeen> ReadAsync(string key, string? node, int r, CancellationToken cancellation) => _inner.ReadAsync(key, node, r, cancellation);

    public async Task ActAsync(NodeAct act, string node, double amountMs, CancellationToken cancellation)
    {
        Leader();
        await _inner.ActAsync(act, node, amountMs, cancellation);
        if (act is NodeAct.Kill or NodeAct.Stop)
        {
            Note(new ProcessChanged(node, NodeState.Stopped, null, act == NodeAct.Kill ? "killed from the page" : null));
            Note(new NodeDisconnected(node, $"{Incarnation(node)}"));
        }
        else if (act is NodeAct.Freeze or NodeAct.Thaw)
        {
            Note(new NodeFroze(node, act == NodeAct.Freeze));
        }
    }

    public async Task StartAsync(string node, bool recovers, CancellationToken cancellation)
    {
        if (Nodes.Any(n => n.Id == node && !n.Up))
        {
            _incarnations[node] = Incarnation(node) + 1;
            // As the stage decides it: whoever led last leads again, unless somebody else does.
            Introduce(node, node == _lastLeader && !Nodes.Any(n => n.Leads) ? NodeRoles.Leader : NodeRoles.Follower);
        }

        await _inner.StartAsync(node, recovers, cancellation);
    }

    public Task SetLinkAsync(string follower, LinkFaults faults, CancellationToken cancellation) =>
        _inner.SetLinkAsync(follower, faults, cancellation);

    public async Task PartitionAsync(IReadOnlyList<string> otherSide, CancellationToken cancellation)
    {
        await _inner.PartitionAsync(otherSide, cancellation);
        Divide([.. otherSide]);
    }

    public async Task HealAsync(string? follower, CancellationToken cancellation)
    {
        await _inner.HealAsync(follower, cancellation);
        Divide(follower is null ? [] : _otherSide.Remove(follower));
    }

    public async Task<string> FailOverAsync(string? to, CancellationToken cancellation)
    {
        var done = await _inner.FailOverAsync(to, cancellation);
        Leader();
        return done;
    }

    public Task<bool> IsQuietAsync(CancellationToken cancellation) => _inner.IsQuietAsync(cancellation);
    public Task<ReplicaDump> DumpAsync(string node, CancellationToken cancellation) => _inner.DumpAsync(node, cancellation);
    public long CountOf(EventKind kind, string? node) => _inner.CountOf(kind, node);

    /// <summary>A dashboard that was there first sees every node introduce itself.</summary>
    public void IntroduceAll()
    {
        foreach (var node in Nodes) Introduce(node.Id, node.Id == NodeRoles.Leader ? NodeRoles.Leader : NodeRoles.Follower);
    }

    private void Introduce(string node, string role) => Note(new NodeIntroduced(new NodeHello
    {
        Node = node,
        Incarnation = $"{Incarnation(node)}",
        Role = role,
        Url = $"http://{node}",
        OldestSequence = 1,
    }));

    private int Incarnation(string node) => _incarnations.GetValueOrDefault(node, 1);

    private void Divide(ImmutableArray<string> otherSide)
    {
        if (otherSide.SequenceEqual(_otherSide)) return;
        _otherSide = otherSide;
        Note(new SidesChanged(otherSide));
    }

    private string Leader() => _lastLeader = Nodes.FirstOrDefault(n => n is { Leads: true, Up: true })?.Id ?? _lastLeader;

    private void Note(IngestMessage message) => Note(new Message(message));

    private void Note(Told what) => Notes.Add((run.Log.Moments.Count, new TimeSpan(Time.GetTimestamp()), what));
}
