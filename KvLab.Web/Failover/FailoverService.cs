using System.Collections.Immutable;
using System.Diagnostics;
using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Web.Commands;
using KvLab.Web.Ingest;
using KvLab.Web.State;
using KvLab.Web.Supervision;

namespace KvLab.Web.Failover;

/// <summary>Promotes a follower, when told to or when the leader is silent for too long.</summary>
internal sealed partial class FailoverService(
    NodeDirectory directory, NodeClient client, FaultKeeper links, IClusterState state, DashboardEvents events, ExclusiveLease lease, TimeProvider time, ILogger<FailoverService> logger)
    : BackgroundService, IFailover
{
    private const int KeptReports = 10;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    // A follower that answers at all answers at once; one that is frozen must not hold up the failover.
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(1);

    // Sealing and merging wait for silent nodes no longer than this.
    private static readonly TimeSpan SealPatience = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1, 1);
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
        events.Report(EventKind.DashboardNotice, null, $"Failover: {policy.Rule}");
        Changed?.Invoke();
    }

    public async Task<FailoverReport> FailOverAsync(string? to, bool force = false, CancellationToken cancellation = default)
    {
        using var own = lease.Act("promote a follower");
        return await FailOverAsync(to, "by hand", force, cancellation);
    }

    private async Task<FailoverReport> FailOverAsync(string? to, string reason, bool force, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            var old = directory.Leader;
            var chosen = await ChooseAsync(to, cancellation);
            var others = directory.All.Where(n => n.Id != chosen.Id).ToList();
            var settings = state.Current.Settings ?? new LiveSettings();
            await links.ReapplyAsync(chosen, cancellation, evenIfWhole: true);
            var reign = await client.PromoteAsync(chosen, others, LiveSettingsPatch.Of(settings), SealPatience,
                new KnownPast(state.Current.Reign > 0 ? state.Current.Reign : null, state.Current.SmallestQuorum), force, cancellation);
            foreach (var other in others) directory.Set(other with { Role = NodeRoles.Follower });
            directory.Set(chosen with { Role = NodeRoles.Leader });
            var report = Report(old?.Id, reign, reason, settings, others.Count);
            ImmutableInterlocked.Update(ref _history, h => [report, .. h.Take(KeptReports - 1)]);
            Changed?.Invoke();
            return report;
        }
        finally
        {
            _one.Release();
        }
    }

    private FailoverReport Report(string? from, ReignReport reign, string reason, LiveSettings settings, int followers)
    {
        // A write was confirmed by that many followers of the old leader; the new leader is one of them and merged the others that answered.
        var acks = Math.Min(settings.FollowerAcks(), followers);
        var reached = 1 + reign.Sealed.Count(id => id != from);
        var safe = acks + reached > followers;
        var note = safe
            ? $"Every acknowledged write had {acks} of {followers} followers, and {reached} of them were asked: at least one of those held it, unless it lost its memory before."
            : $"Acknowledged writes had {acks} of {followers} followers, and only {reached} of them were asked: a write that none of those had confirmed is lost, or comes back with the nodes that were silent.";
        return new FailoverReport(from, reign.Node, reign.Epoch, reign.FirstVersion, reign.Sealed, reign.Silent, reign.Merged, reign.Keys,
            reign.ElapsedMs, reason, safe, note, time.GetUtcNow());
    }

    private async Task<NodeAddress> ChooseAsync(string? to, CancellationToken cancellation)
    {
        if (to is not null)
        {
            var wanted = directory.Find(to) ?? throw NodeClient.UnknownNode(to, directory);
            if (wanted.Role == NodeRoles.Leader) throw new CommandException(StatusCodes.Status409Conflict, $"{to} leads already.");
            return await HealthAsync(wanted, cancellation) is { Ready: true }
                ? wanted
                : throw new CommandException(StatusCodes.Status409Conflict, $"{directory.Name(to)} does not answer, so it cannot lead. Start or thaw it first, or choose another.");
        }

        var asked = await Task.WhenAll(directory.Followers.Select(async f => (Node: f, Health: await HealthAsync(f, cancellation))));
        var best = asked.Where(a => a.Health is { Ready: true })
            .OrderByDescending(a => a.Health!.Epoch).ThenByDescending(a => a.Health!.LastVersion).ThenBy(a => a.Node.Id, NaturalOrder.Instance)
            .FirstOrDefault();
        return best.Node ?? throw new CommandException(StatusCodes.Status503ServiceUnavailable, "No follower answers, so none can lead.");
    }

    private Task<HealthAnswer?> HealthAsync(NodeAddress node, CancellationToken cancellation) => client.TryHealthAsync(node, cancellation, AskPatience);

    /// <summary>The automatic rule. Before any leader has reigned the lab is starting, not failing.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? watched = null;
        var answeredAt = 0L;
        try
        {
            while (true)
            {
                await Task.Delay(BetweenLooks, time, stoppingToken);
                if (_policy is not { Mode: FailoverMode.Automatic } policy || directory.Leader is not { } leader || state.Current.Reign == 0)
                {
                    watched = null;
                    continue;
                }

                // A leader that was down before anybody looked is given the whole timeout too.
                if (watched != leader.Id) (watched, answeredAt) = (leader.Id, Stopwatch.GetTimestamp());
                if (await HealthAsync(leader, stoppingToken) is { Ready: true })
                {
                    answeredAt = Stopwatch.GetTimestamp();
                    continue;
                }

                var silent = Stopwatch.GetElapsedTime(answeredAt);
                if (silent.TotalMilliseconds < policy.TimeoutMs) continue;
                await TryAsync($"{NodeWords.Leading(leader.Id)} had not answered for {silent.TotalMilliseconds:0} ms", stoppingToken);
                watched = null;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task TryAsync(string reason, CancellationToken cancellation)
    {
        try
        {
            await FailOverAsync(null, reason, force: false, cancellation);
        }
        catch (CommandException failure)
        {
            LogFailed(logger, failure.Message);
            events.Report(EventKind.DashboardNotice, null, $"The automatic failover did not come about ({reason}): {failure.Message}");
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _one.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The automatic failover did not come about: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
