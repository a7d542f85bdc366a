using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Failover;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Simulation;

public sealed partial class SimulatedCluster : IClusterControl, IAsyncDisposable
{
    /// <summary>How much longer than the leader's deadline a client waits.</summary>
    private static readonly TimeSpan ClientSlack = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    private FaultPlan _plan = FaultPlan.Empty;
    private string _reigning;
    private LiveSettings? _found;

    public const string StageName = "virtual time";

    public string Name => StageName;
    public TimeProvider Time => _time;

    public IReadOnlyList<ClusterNode> Nodes => [.. Members.Select(n => new ClusterNode(n.Id, n == Leading, n.Up))];

    private SimulatedNode Node(string id) => Members.FirstOrDefault(n => n.Id == id)
        ?? throw new ControlException($"There is no node {id}; the nodes are {string.Join(", ", Members.Select(n => n.Id))}.");

    /// <summary>Who leads, or is to: also one that has started and waits for others has links.</summary>
    private SimulatedNode? Titled => Members.Where(n => n is { Up: true, Replica.Leader: not null }).MaxBy(n => n.Replica.Leader!.Epoch);

    private string TitledId => Titled?.Id ?? throw new ControlException("There is no leader now. A link goes from the leader to a follower.");

    private SimulatedNode Follower(string id) => Node(id) is var node && node == Titled
        ? throw new ControlException($"{id} is the leader; a link goes from the leader to a follower.")
        : node;

    private SimulatedNode Leader => Leading ?? throw new ControlException("There is no leader now.");

    public async Task BeginAsync(LiveSettingsPatch settings, CancellationToken cancellation)
    {
        await RepairAsync(cancellation);
        _found = _settings;
        var leader = Leader;
        if (leader.Replica.Leader!.LastVersion.Counter > 0) await ResetAsync(cancellation);
        _events.Clear();
        await ChangeSettingsAsync(settings, cancellation);
    }

    /// <summary>Every node is empty; faults and settings stay.</summary>
    /// <exception cref="ControlException">Nobody leads.</exception>
    public async Task ResetAsync(CancellationToken cancellation)
    {
        var leader = Leader;
        await leader.Replica.Leader!.ClearAsync(cancellation);
        foreach (var node in Members.Where(n => n != leader)) await node.Replica.Follower!.ClearAsync(cancellation);
    }

    public async Task EndAsync(CancellationToken cancellation)
    {
        await RepairAsync(cancellation);
        if (_found is not { } found) return;
        _found = null;
        if (Leading?.Id != NodeRoles.Leader) await FailOverAsync(NodeRoles.Leader, cancellation);
        if (found with { DelayOrigin = 0 } != _settings with { DelayOrigin = 0 }) await ChangeSettingsAsync(LiveSettingsPatch.Of(found), cancellation);
    }

    /// <summary>Every node runs, thawed, without faults, and no link has any.</summary>
    private async Task RepairAsync(CancellationToken cancellation)
    {
        foreach (var node in Members) node.Member.Faults.Signal(stops: false);
        _plan = FaultPlan.Empty;
        ApplyLinks();
        // Whoever is to lead last: it asks the others.
        foreach (var node in Members.Where(n => !n.Up).OrderBy(n => n.Id == _reigning).ToArray()) await StartAsync(node.Id, recovers: true, cancellation);
        foreach (var node in Members.Where(n => !n.Member.Faults.Now.IsNone)) node.Member.Faults.Change(_ => NodeFaults.None);
        while (Leading is null && Members.Any(n => n.Replica.Leader is not null)) await _time.WaitAsync(Look, cancellation);
    }

    public Task ChangeSettingsAsync(LiveSettingsPatch patch, CancellationToken cancellation)
    {
        var leader = Leader.Replica.Leader!;
        var errors = leader.Change(patch);
        if (errors.Count > 0) throw new ControlException(string.Join(" ", errors.Select(e => e.Message)));
        _settings = leader.Settings;
        return Task.CompletedTask;
    }

    public async Task<WriteSeen> WriteAsync(string key, string value, IReadOnlyDictionary<string, double>? delaysMs, CancellationToken cancellation)
    {
        var start = _time.GetTimestamp();
        if (Leading is not { } node) return Unanswered("there is no leader");
        var (member, patience) = (node.Member, TimeSpan.FromMilliseconds(_settings.ReplicationTimeoutMs) + ClientSlack);
        try
        {
            if (!await IsThawedAsync(node, member, Left(), cancellation)) return Unanswered($"{node.Id} did not answer");
            await member.Faults.SlowDownAsync(cancellation);
            if (member.Leader is not { } leader) return Unanswered($"{node.Id} does not lead");
            var write = leader.WriteAsync(key, JsonText.Of(value), delaysMs, cancellation);
            if (await Task.WhenAny(write, node.Death.Task) != write) return Unanswered($"{node.Id} died");
            var result = await write;
            // Its answer leaves when it thaws.
            if (!await IsThawedAsync(node, member, Left(), cancellation)) return Unanswered($"{node.Id} did not answer");
            return new WriteSeen(result.Status, result.Version, result.Acks, result.Required, _time.GetElapsedTime(start), null);
        }
        catch (LeaderStoppedException stopped)
        {
            return Unanswered(stopped.Message);
        }

        WriteSeen Unanswered(string problem) => new(null, EntryVersion.None, 0, _settings.WriteQuorum, _time.GetElapsedTime(start), problem);

        TimeSpan Left() => patience - _time.GetElapsedTime(start);
    }

    /// <returns>False where it stays frozen, or dies.</returns>
    private async Task<bool> IsThawedAsync(SimulatedNode node, Member member, TimeSpan patience, CancellationToken cancellation)
    {
        if (!member.Faults.IsFrozen) return true;
        // Where somebody else chooses what happens next, it may have happened late.
        if (patience <= TimeSpan.Zero) return false;
        using var deadline = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            await member.Faults.WhenThawedAsync(either.Token);
            return node.Up && node.Member == member;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    public async Task ActAsync(NodeAct act, string node, double amountMs, CancellationToken cancellation)
    {
        var target = Node(node);
        if (!target.Up) throw new ControlException($"{node} is not running.");
        switch (act)
        {
            case NodeAct.Stop or NodeAct.Kill:
                if (act == NodeAct.Stop && target.Replica.Leader is { } leader) await leader.StopAsync(TimeSpan.FromSeconds(1));
                await EndAsync(target);
                break;
            case NodeAct.Freeze or NodeAct.Thaw:
                target.Member.Faults.Signal(stops: act == NodeAct.Freeze);
                break;
            case NodeAct.Slow:
                target.Member.Faults.Change(now => now with { SlowMs = amountMs });
                break;
            case NodeAct.Skew:
                target.Member.Faults.Change(now => now with { ClockSkewMs = (long)amountMs });
                break;
        }
    }

    public async Task StartAsync(string node, bool recovers, CancellationToken cancellation)
    {
        var target = Node(node);
        if (target.Up) throw new ControlException($"{node} is already running.");
        var leads = node == _reigning && Leading is null;
        Launch(target, leads);
        if (!leads) return;
        ApplyLinks();
        if (recovers) await RecoverAsync(target, cancellation);
        else
        {
            target.Replica.BeginForgetful(Members.Where(n => n != target).Max(n => n.Replica.Follower?.Epoch ?? 0));
            target.Member.BecomeReady();
        }
    }

    /// <summary>A leader that waits for others has started too.</summary>
    private async Task RecoverAsync(SimulatedNode target, CancellationToken cancellation)
    {
        var recovering = ReadyAsync(target, cancellation);
        while (!recovering.IsCompleted && target.Replica.Waiting is null) await _time.WaitAsync(Look, cancellation);
        if (recovering.IsCompleted) await recovering;
    }

    public Task SetLinkAsync(string follower, LinkFaults faults, CancellationToken cancellation)
    {
        var target = Follower(follower);
        if (faults.Validate() is { Count: > 0 } errors) throw new ControlException(string.Join(" ", errors.Select(e => e.Message)));
        return ApplyAsync(_plan.With(TitledId, target.Id, faults));
    }

    public Task PartitionAsync(IReadOnlyList<string> otherSide, CancellationToken cancellation) => ApplyAsync(_plan.Split(otherSide.Select(id => Follower(id).Id).ToArray()));

    public Task HealAsync(string? follower, CancellationToken cancellation) =>
        ApplyAsync(follower is null ? FaultPlan.Empty : _plan.With(TitledId, Follower(follower).Id, LinkFaults.None));

    private Task ApplyAsync(FaultPlan plan)
    {
        _plan = plan;
        ApplyLinks();
        return Task.CompletedTask;
    }

    /// <summary>Whoever leads, or believes that it does, has the links that the plan says; a follower gets them when it leads.</summary>
    private void ApplyLinks()
    {
        foreach (var node in Members.Where(n => n.Up))
            node.Replica.SetLinks([.. OthersOf(node).Select(peer => KeyValuePair.Create(peer.Id, _plan.Of(node.Id, peer.Id)))]);
    }

    /// <summary>The newest reign that anybody has begun here.</summary>
    private long Reign => Members.Max(n => n.Member.KnownEpoch);

    public async Task<string> FailOverAsync(string? to, CancellationToken cancellation)
    {
        if (to is not null) Node(to);
        var candidates = new List<Candidate>();
        foreach (var node in Members) candidates.Add(await CandidateOfAsync(node));
        var choice = FailoverChoice.Of(to, candidates);
        if (choice.Refusal is not null) throw new ControlException(choice.Sentence);
        var chosen = Node(choice.Chosen!.Id);
        try
        {
            var report = await chosen.Replica.PromoteAsync(_settings, [.. OthersOf(chosen)], FailoverChoice.Patience, new KnownPast(Reign, null), force: true, cancellation: cancellation);
            _reigning = chosen.Id;
            ApplyLinks();
            return $"{chosen.Id} leads in epoch {report.Epoch}.";
        }
        catch (ReignException failure)
        {
            throw new ControlException(failure.Message, failure);
        }
    }

    private async Task<Candidate> CandidateOfAsync(SimulatedNode node)
    {
        if (!node.Up || node.IsFrozen) return Candidate.Silent(node.Id, node.Id);
        var ready = node.Replica.Leader is not { HasBegun: false };
        return new Candidate(node.Id, node.Id, ready, node == Leading, node.Replica.Follower is not null, await node.Replica.HighestAsync(), node.Replica.Waiting?.Waiting);
    }

    public Task<bool> IsQuietAsync(CancellationToken cancellation) => Task.FromResult(Leading is { IsFrozen: false } leader && leader.Replica.Leader!.Status.Quiescent);

    public async Task<ReplicaDump> DumpAsync(string node, CancellationToken cancellation) =>
        Node(node) is { Up: true, IsFrozen: false } target ? await target.Replica.DumpAsync(cancellation) : new ReplicaDump(Node(node).Id, null);

    public long CountOf(EventKind kind, string? node) => _events.Of(kind, node);
}
