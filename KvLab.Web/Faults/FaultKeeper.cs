using KvLab.Core.Configuration;
using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;

namespace KvLab.Web.Faults;

/// <summary>Keeps the plan of link faults and puts it on whoever leads: a leader that starts again, or another one, meets the same broken network.</summary>
internal sealed partial class FaultKeeper(
    NodeDirectory directory, NodeClient client, IClusterState state, DashboardEvents events, TimeProvider time, ILogger<FaultKeeper> log) : IDisposable
{
    private static readonly TimeSpan SoonShown = TimeSpan.FromMilliseconds(500);

    // Changes of the plan one after another, each with the leader's consent.
    private readonly SemaphoreSlim _changes = new(1, 1);
    private volatile FaultPlan _plan = FaultPlan.Empty;

    public FaultPlan Plan => _plan;

    /// <summary>As <see cref="ChangeAsync(Func{FaultPlan, FaultPlan}, CancellationToken)"/>, for a change of one link, which goes from the leader to a follower.</summary>
    /// <exception cref="CommandException">Nobody leads; or as there.</exception>
    public Task ChangeAsync(Func<FaultPlan, string, FaultPlan> change, CancellationToken cancellation)
    {
        var leader = directory.Leader ?? throw new CommandException(StatusCodes.Status503ServiceUnavailable, $"{Leadership.WhyNone(state.Current)} A link goes from the leader to a follower.");
        return ChangeAsync(plan => change(plan, leader.Id), cancellation);
    }

    /// <summary>The plan changes when the leader has taken it, or when none runs that could: also where nobody leads a partition is to be healed.</summary>
    /// <exception cref="CommandException">The leader refused it or did not answer; nothing changed.</exception>
    public async Task ChangeAsync(Func<FaultPlan, FaultPlan> change, CancellationToken cancellation)
    {
        var leader = directory.Leader;
        await _changes.WaitAsync(cancellation);
        try
        {
            var plan = change(_plan);
            if (leader is not null && Runs(leader)) await PutOnLeaderAsync(leader, plan, cancellation);
            Keep(plan);
            // The others too: one may lead before long, or believe that it still does.
            await Task.WhenAll(directory.All.Where(n => n.Id != leader?.Id && StateOf(n) == NodeState.Running).Select(n => TellAsync(n, plan, cancellation)));
        }
        finally
        {
            _changes.Release();
        }
    }

    private async Task PutOnLeaderAsync(NodeAddress leader, FaultPlan plan, CancellationToken cancellation)
    {
        try
        {
            await client.PutLinksAsync(leader, Links(plan, leader.Id), cancellation);
        }
        catch (CommandException)
        {
            if (!await HasEndedAsync(leader, cancellation)) throw;
        }
    }

    /// <summary>It may have ended a moment ago: then it is not one that could take the plan, and the next picture shows it.</summary>
    private async Task<bool> HasEndedAsync(NodeAddress leader, CancellationToken cancellation)
    {
        try
        {
            await state.WhenAsync(_ => !Runs(leader), SoonShown, time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Puts the plan on a node that has just begun to lead, or is about to; failing is noted, for the node works all the same.</summary>
    /// <param name="evenIfWhole">For one that may remember what was healed since it led.</param>
    public async Task ReapplyAsync(NodeAddress leader, CancellationToken cancellation, bool evenIfWhole = false)
    {
        await _changes.WaitAsync(cancellation);
        try
        {
            var links = Links(_plan, leader.Id);
            if (evenIfWhole || links.Any(l => !l.Faults.IsNone)) await client.PutLinksAsync(leader, links, cancellation);
        }
        catch (CommandException failure)
        {
            events.Report(EventKind.DashboardNotice, leader.Id, $"The link faults could not be put on {leader.Name}: {failure.Message}");
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>What the links of this leader are to have.</summary>
    public IReadOnlyList<LinkSetting> LinksOf(string leader) => Links(_plan, leader);

    private LinkSetting[] Links(FaultPlan plan, string leader) =>
        [.. directory.All.Where(n => n.Id != leader).Select(n => new LinkSetting(n.Id, plan.Of(leader, n.Id)))];

    /// <summary>One that is no longer part of the cluster is on no side.</summary>
    public async Task ForgetAsync(string node, CancellationToken cancellation)
    {
        await _changes.WaitAsync(cancellation);
        try
        {
            Keep(_plan.Without(node));
        }
        finally
        {
            _changes.Release();
        }
    }

    private void Keep(FaultPlan plan)
    {
        var sides = !plan.OtherSide.SetEquals(_plan.OtherSide);
        _plan = plan;
        if (sides) events.Tell(new SidesChanged([.. plan.OtherSide.Order(NaturalOrder.Instance)]));
    }

    /// <summary>A follower that does not hear it is told again before it leads, or when it comes back.</summary>
    private async Task TellAsync(NodeAddress node, FaultPlan plan, CancellationToken cancellation)
    {
        try
        {
            await client.PutLinksAsync(node, Links(plan, node.Id), cancellation);
        }
        catch (CommandException silent)
        {
            LogNotTold(log, node.Id, silent.Message);
        }
    }

    // What nobody has told about yet is asked.
    private bool Runs(NodeAddress leader) => StateOf(leader)?.IsDown() != true;

    private NodeState? StateOf(NodeAddress node) => state.Current.Nodes.FirstOrDefault(n => n.Id == node.Id)?.State;

    public void Dispose() => _changes.Dispose();

    [LoggerMessage(Level = LogLevel.Information, Message = "{Node} was not told of its link faults: {Reason}")]
    private static partial void LogNotTold(ILogger logger, string node, string reason);
}
