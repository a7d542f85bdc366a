using KvLab.Core.Chaos;
using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Scenarios;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;

namespace KvLab.Tests.Stories;

/// <summary>Plays scenarios and chaos runs in a <see cref="VirtualWorld"/>: Core's own replicas in one thread and in virtual time, so that a seed decides everything.</summary>
public sealed class WorldStage : IClusterControl
{
    private readonly ReplicaCluster _cluster;
    private readonly HashSet<string> _down = [];
    private readonly HashSet<string> _frozen = [];
    private readonly Dictionary<string, double> _slowMs = [];
    private readonly Dictionary<string, LinkFaults> _links = [];
    private readonly Dictionary<string, TaskCompletionSource> _deaths = [];
    private HashSet<string> _otherSide = [];
    private LiveSettings _settings = ScenarioRunner.Beginning;
    private string _reigning = "leader";

    public WorldStage(VirtualWorld world, int followers = 5, Func<IKeyValueStore>? stores = null) =>
        _cluster = new ReplicaCluster(world, followers, _settings, stores);

    /// <summary>Plays one scenario in a world of its own.</summary>
    public static ScenarioRun Play(Scenario scenario, int seed = 1)
    {
        var world = new VirtualWorld(seed);
        var stage = new WorldStage(world);
        var run = world.Run(() => new ScenarioRunner(scenario, stage).RunAsync("1", CancellationToken.None));
        stage._cluster.End();
        return run;
    }

    /// <summary>Plays one plan in a world of its own.</summary>
    public static ChaosReport Play(ChaosPlan plan, int seed)
    {
        var world = new VirtualWorld(seed) { StepLimit = 20_000_000 };
        var stage = new WorldStage(world, plan.Followers);
        var report = world.Run(() => new ChaosRunner(plan, stage).RunAsync("1", CancellationToken.None));
        stage._cluster.End();
        return report;
    }

    public string Name => "virtual time";
    public TimeProvider Time => _cluster.World.Time;
    public MomentLog Log => _cluster.Log;

    public IReadOnlyList<ClusterNode> Nodes => [.. _cluster.Nodes.Select(n => new ClusterNode(n.Id, n == Leading, !_down.Contains(n.Id)))];

    private LabNode? Leading => _cluster.Nodes.Where(n => !_down.Contains(n.Id) && n.Replica.Leader is { HasBegun: true }).MaxBy(n => n.Replica.Leader!.Epoch);

    private Leader Leader => Leading?.Replica.Leader ?? throw new ControlException("Nobody leads now.");

    private LabNode Node(string id) => _cluster.Nodes.FirstOrDefault(n => n.Id == id)
        ?? throw new ControlException($"There is no node {id}; known are {string.Join(", ", _cluster.Nodes.Select(n => n.Id))}.");

    // A world begins empty.
    public Task BeginAsync(LiveSettingsPatch settings, CancellationToken cancellation) => ChangeSettingsAsync(settings, cancellation);

    public Task EndAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task ChangeSettingsAsync(LiveSettingsPatch patch, CancellationToken cancellation)
    {
        var errors = Leader.Change(patch);
        if (errors.Count > 0) throw new ControlException(string.Join(" ", errors.Select(e => e.Message)));
        _settings = Leader.Settings;
        return Task.CompletedTask;
    }

    public async Task<WriteSeen> WriteAsync(string key, string value, IReadOnlyDictionary<string, double>? delaysMs, CancellationToken cancellation)
    {
        var start = Time.GetTimestamp();
        if (Leading is not { } node) return Unanswered(start, "nobody leads");
        if (_frozen.Contains(node.Id))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_settings.ReplicationTimeoutMs), Time, cancellation);
            return Unanswered(start, $"{node.Id} did not answer");
        }

        var death = _deaths.TryGetValue(node.Id, out var known) && !known.Task.IsCompleted ? known : _deaths[node.Id] = new TaskCompletionSource();
        try
        {
            var write = node.Replica.Leader!.WriteAsync(key, JsonText.Of(value), delaysMs, cancellation);
            if (await Task.WhenAny(write, death.Task) != write) return Unanswered(start, $"{node.Id} died");
            var result = await write;
            return new WriteSeen(result.Status, result.Version, result.Acks, result.Required, Time.GetElapsedTime(start), null);
        }
        catch (LeaderStoppedException stopped)
        {
            return Unanswered(start, stopped.Message);
        }
    }

    private WriteSeen Unanswered(long start, string problem) => new(null, EntryVersion.None, 0, _settings.WriteQuorum, Time.GetElapsedTime(start), problem);

    public async Task ActAsync(NodeAct act, string node, double amountMs, CancellationToken cancellation)
    {
        var target = Node(node);
        if (_down.Contains(node)) throw new ControlException($"{node} does not run.");
        switch (act)
        {
            case NodeAct.Stop or NodeAct.Kill:
                if (act == NodeAct.Stop && target.Replica.Leader is { } leader) await leader.StopAsync(TimeSpan.FromSeconds(1));
                _down.Add(node);
                _frozen.Remove(node);
                _slowMs.Remove(node);
                _cluster.Wire.SetAway(target.Peer, true);
                if (_deaths.Remove(node, out var death)) death.SetResult();
                await target.Replica.DisposeAsync();
                break;
            case NodeAct.Freeze or NodeAct.Thaw:
                _cluster.Wire.SetSilent(target.Peer, act == NodeAct.Freeze);
                if (act == NodeAct.Freeze) _frozen.Add(node);
                else _frozen.Remove(node);
                break;
            case NodeAct.Slow:
                _slowMs[node] = amountMs;
                ApplyLinks();
                break;
            default:
                throw new ControlException("Virtual time has no wall clocks that could differ.");
        }
    }

    public async Task StartAsync(string node, bool recovers, CancellationToken cancellation)
    {
        var target = Node(node);
        if (!_down.Contains(node)) throw new ControlException($"{node} runs already.");
        var leads = node == _reigning && Leading is null;
        _down.Remove(node);
        _cluster.Launch(target, leads);
        if (!leads) return;
        target.Replica.Leader!.Change(LiveSettingsPatch.Of(_settings));
        ApplyLinks();
        if (recovers) await BeginAsync(target, cancellation);
        else target.Replica.BeginForgetful(_cluster.Nodes.Where(n => n != target).Max(n => n.Replica.Follower?.Epoch ?? 0));
    }

    /// <summary>As the real stage does: a leader that waits for others has started too.</summary>
    private async Task BeginAsync(LabNode target, CancellationToken cancellation)
    {
        var recovering = target.Replica.RecoverAsync(ReplicaCluster.Patience, cancellation: cancellation);
        while (!recovering.IsCompleted && target.Replica.Waiting is null) await Time.WaitAsync(TimeSpan.FromMilliseconds(25), cancellation);
        if (recovering.IsCompleted) await recovering;
    }

    public Task SetLinkAsync(string follower, LinkFaults faults, CancellationToken cancellation)
    {
        _links[Node(follower).Id] = faults;
        ApplyLinks();
        return Task.CompletedTask;
    }

    public Task PartitionAsync(IReadOnlyList<string> otherSide, CancellationToken cancellation)
    {
        _otherSide = [.. otherSide.Select(id => Node(id).Id)];
        ApplyLinks();
        return Task.CompletedTask;
    }

    public Task HealAsync(string? follower, CancellationToken cancellation)
    {
        if (follower is null)
        {
            _links.Clear();
            _otherSide.Clear();
        }
        else
        {
            _links.Remove(follower);
            _otherSide.Remove(follower);
        }

        ApplyLinks();
        return Task.CompletedTask;
    }

    /// <summary>Sides and faults are of nodes, whoever leads: each leader gets the links that follow from them.</summary>
    private void ApplyLinks()
    {
        foreach (var node in _cluster.Nodes.Where(n => !_down.Contains(n.Id)))
        {
            if (node.Replica.Leader is not { } leader) continue;
            foreach (var peer in leader.Followers)
            {
                var faults = _otherSide.Contains(peer.Id) != _otherSide.Contains(node.Id) ? LinkFaults.Partition : _links.GetValueOrDefault(peer.Id, LinkFaults.None);
                if (_slowMs.TryGetValue(peer.Id, out var ms)) faults = faults with { Request = faults.Request with { ExtraDelayMs = faults.Request.ExtraDelayMs + ms } };
                leader.SetLink(peer.Id, faults);
            }
        }
    }

    public async Task<string> FailOverAsync(string? to, CancellationToken cancellation)
    {
        var candidates = _cluster.Nodes.Where(n => n.Replica.Leader is null && !_down.Contains(n.Id) && !_frozen.Contains(n.Id) && !_otherSide.Contains(n.Id)).ToList();
        var advanced = new List<(LabNode Node, EntryVersion Highest)>();
        foreach (var candidate in candidates) advanced.Add((candidate, await candidate.Replica.HighestAsync()));
        var chosen = to is null ? advanced.OrderByDescending(c => c.Highest).Select(c => c.Node).FirstOrDefault() : candidates.FirstOrDefault(c => c.Id == to);
        if (chosen is null) throw new ControlException($"{to ?? "No follower"} can lead now.");
        try
        {
            var report = await chosen.Replica.PromoteAsync(_settings, [.. _cluster.Nodes.Where(n => n != chosen).Select(n => n.Peer)], ReplicaCluster.Patience, force: true, cancellation: cancellation);
            _reigning = chosen.Id;
            ApplyLinks();
            return $"{chosen.Id} leads in epoch {report.Epoch}.";
        }
        catch (ReignException failure)
        {
            throw new ControlException(failure.Message, failure);
        }
    }

    public Task<bool> IsQuietAsync(CancellationToken cancellation) => Task.FromResult(Leading?.Replica.Leader?.Status.Quiescent ?? false);

    public Task<ReplicaDump> DumpAsync(string node, CancellationToken cancellation) =>
        Task.FromResult(new ReplicaDump(Node(node).Id, _down.Contains(node) || _frozen.Contains(node) ? null : Node(node).Entries));

    public long CountOf(EventKind kind, string? node) => Log.Events.Count(e => e.Kind == kind && (node is null || e.Node == node));
}
