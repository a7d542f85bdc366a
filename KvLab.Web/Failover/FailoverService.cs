using System.Collections.Immutable;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Failover;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Recovery;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;
using KvLab.Web.Faults;
using KvLab.Web.Leases;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Supervision;

namespace KvLab.Web.Failover;

/// <summary>Promotes a follower, when told to or when the leader is silent for too long.</summary>
internal sealed partial class FailoverService(
    ClusterOptions options, NodeDirectory directory, NodeClient client, FaultKeeper links, IClusterState state, SettingsInForce inForce, IDurabilityLookup ledger, DashboardEvents events, LastChanges changes, ExclusiveLease lease, TimeProvider time, ILogger<FailoverService> logger)
    : BackgroundService, IFailover
{
    private const int KeptReports = 10;

    // A follower that answers at all answers at once, on a machine with enough to do within this; one that is frozen must not hold up the failover for longer.
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan OldLeaderPatience = TimeSpan.FromMilliseconds(300);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private (string? To, Task<FailoverReport> Report)? _underWay;
    private ImmutableArray<FailoverReport> _history = [];
    private volatile FailoverPolicy _policy = new();

    public FailoverPolicy Policy => _policy;

    /// <summary>Those of the cluster as it is: a reset or a change of storage ends the list.</summary>
    public IReadOnlyList<FailoverReport> History => [.. _history.Where(h => h.At >= state.Current.Since)];

    public event Action? Changed;

    public void Change(FailoverPolicy policy)
    {
        if (policy == _policy) return;
        lease.Require("change who decides on a failover");
        _policy = policy;
        changes.Note([LastChanges.Failover], lease.Mine?.View.Holder);
        events.Report(EventKind.DashboardNotice, null, $"Failover: {policy.Rule}");
        Changed?.Invoke();
    }

    public async Task<FailoverReport> FailOverAsync(string? to, long? seen = null, bool force = false, CancellationToken cancellation = default)
    {
        using var own = lease.Act("promote a follower");
        if (seen < state.Current.Reign)
            throw Conflict($"{state.Current.Leader?.Id ?? "Another node"} began epoch {state.Current.Reign} meanwhile. Check who leads now, and ask again if another node should lead.");
        return await TogetherAsync(to, "by hand", force).WaitAsync(cancellation);
    }

    /// <summary>
    /// Two that ask at once get one failover: the second would depose the leader that the first has just made. It is not given up when whoever asked goes away, because half of
    /// it helps nobody; all its waits have bounds.
    /// </summary>
    private Task<FailoverReport> TogetherAsync(string? to, string reason, bool force)
    {
        lock (_gate)
        {
            if (_underWay is { Report.IsCompleted: false } running)
            {
                return to is null || to == running.To
                    ? running.Report
                    : throw Conflict($"A failover to {running.To ?? "the most up-to-date follower"} is under way, and only one can run at a time. Check who leads when it has ended.");
            }

            var report = FailOverAsync(to, reason, force, _ending.Token);
            _underWay = (to, report);
            return report;
        }
    }

    private async Task<FailoverReport> FailOverAsync(string? to, string reason, bool force, CancellationToken cancellation)
    {
        // What follows must not keep others from joining.
        await Task.Yield();
        var old = directory.Leader;
        var (chosen, reached) = await ChooseAsync(to, cancellation);
        // Named before, because afterwards it is too late to choose another.
        var expected = FailoverRisk.Of(chosen.Id, reached, ledger);
        if (expected.AtRisk > 0) events.Report(EventKind.DashboardNotice, chosen.Id, $"Before {chosen.Name} is promoted: {expected.Note}");
        // The nodes go by arithmetic alone. A dashboard that has seen every process of the lab begin knows more: who holds each acknowledged write.
        var known = options.Mode == ClusterMode.Supervised && expected.IsNone;
        var others = directory.All.Where(n => n.Id != chosen.Id).ToList();
        var settings = inForce.Now ?? new LiveSettings();
        await links.ReapplyAsync(chosen, cancellation, evenIfWhole: true);
        ReignReport reign;
        try
        {
            reign = await client.PromoteAsync(chosen, others, LiveSettingsPatch.Of(settings), FailoverChoice.Patience,
                NodeSupervisor.KnownPastOf(state.Current, directory, mayHaveUnseenPast: true), force || known, cancellation);
        }
        catch (CommandException refused) when (refused.Status == StatusCodes.Status409Conflict && expected.AtRisk > 0)
        {
            throw new CommandException(refused.Status, $"{refused.Message} {expected.Note}", inner: refused);
        }

        directory.Enthrone(chosen, reign.Epoch);
        var report = Report(old?.Id, reign, reason, FailoverRisk.Of(reign.Node, [reign.Node, .. reign.Sealed], ledger), time.GetUtcNow());
        ImmutableInterlocked.Update(ref _history, h => [report, .. h.Take(KeptReports - 1)]);
        Changed?.Invoke();
        return report;
    }

    private static CommandException Conflict(string sentence) => new(StatusCodes.Status409Conflict, sentence);

    private static FailoverReport Report(string? from, ReignReport reign, string reason, FailoverRisk risk, DateTimeOffset at) => new(
        from, reign.Node, reign.Epoch, reign.FirstVersion, reign.Sealed, reign.Silent, reign.Merged, reign.Keys, reign.ElapsedMs, reason, risk.AtRisk == 0, risk.Note, at)
    { AtRisk = risk.AtRisk, Writes = risk.Writes };

    public async Task<FailoverRisk> RiskAsync(string? to, CancellationToken cancellation = default)
    {
        var (chosen, reached) = await ChooseAsync(to, cancellation);
        return FailoverRisk.Of(chosen.Id, reached, ledger);
    }

    /// <returns>Who is to lead, and whose entries it can take over, itself included.</returns>
    private async Task<(NodeAddress Chosen, IReadOnlyList<string> Reached)> ChooseAsync(string? to, CancellationToken cancellation)
    {
        var wanted = to is null ? null : directory.Find(to) ?? throw NodeClient.UnknownNode(to, directory);
        // The old leader is frozen more often than not, and nobody is helped by waiting for it.
        var asked = await Task.WhenAll(directory.All.Select(async n => (Node: n, Health: await client.TryHealthAsync(
            n, cancellation, n.Role == NodeRoles.Leader && n != wanted ? OldLeaderPatience : AskPatience))));
        // Whoever is called the leader may have stepped down, and then it is a candidate like the others.
        var choice = FailoverChoice.Of(to, [.. asked.Select(a => CandidateOf(a.Node, a.Health))]);
        if (choice.Refusal is { } refusal)
            throw refusal == FailoverRefusal.NobodyAnswers ? new CommandException(StatusCodes.Status503ServiceUnavailable, choice.Sentence) : Conflict(choice.Sentence);
        var chosen = asked.First(a => a.Node.Id == choice.Chosen!.Id).Node;
        var cut = links.LinksOf(chosen.Id).Where(l => l.Faults.Mode is LinkMode.Swallow or LinkMode.Refuse).Select(l => l.Follower).ToHashSet(StringComparer.Ordinal);
        return (chosen, [.. asked.Where(a => a.Health is not null && !cut.Contains(a.Node.Id)).Select(a => a.Node.Id)]);
    }

    private Candidate CandidateOf(NodeAddress node, NodeHealth? health) => health is null
        ? Candidate.Silent(node.Id, directory.Name(node.Id))
        : new Candidate(node.Id, directory.Name(node.Id), health.Ready, Leads(health), health.Role == NodeRoles.Follower,
            new EntryVersion(health.Epoch, health.LastVersion), health.Waiting?.Sentence);

    /// <summary>By what the node itself says, not by what it is called. One that began an epoch below those that were seen is refused by all others, and steps down when it hears so.</summary>
    private bool Leads(NodeHealth? health) => health is { Ready: true, Role: NodeRoles.Leader } && health.Epoch >= directory.ReignOf(state.Current);

    private Task<NodeHealth?> HealthAsync(NodeAddress node, CancellationToken cancellation) => client.TryHealthAsync(node, cancellation, AskPatience);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _ending.CancelAsync();
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        _ending.Dispose();
    }
}
