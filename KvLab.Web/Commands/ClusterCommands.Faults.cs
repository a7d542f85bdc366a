using KvLab.Core.Configuration;
using KvLab.Core.Control;
using KvLab.Core.Network;
using KvLab.Web.Live;
using KvLab.Web.Problems;

namespace KvLab.Web.Commands;

internal sealed partial class ClusterCommands
{
    /// <summary>The act that stops a process by a signal.</summary>
    internal const string Freezing = "freeze a node";

    public Task StopNodeAsync(string id, CancellationToken cancellation = default) => ActAsync("stop a node", () => supervisor.StopAsync(Known(id), cancellation));
    public Task FreezeNodeAsync(string id, CancellationToken cancellation = default) => ActAsync(Freezing, () => supervisor.FreezeAsync(Known(id), cancellation));

    public async Task ThawNodeAsync(string id, CancellationToken cancellation = default)
    {
        using var own = lease.Act("thaw a node");
        await supervisor.ThawAsync(Known(id), cancellation);
        // While it was frozen nobody could tell it of a partition, and it may believe that it leads.
        if (directory.Find(id) is { } node) await links.ReapplyAsync(node, cancellation, evenIfWhole: true);
    }

    public async Task SetNodeFaultsAsync(string id, NodeFaults faults, CancellationToken cancellation = default)
    {
        Refuse(faults.Validate());
        using var own = lease.Act("set a node's faults");
        await client.SetFaultsAsync(directory.Find(Known(id))!, faults, cancellation);
        changes.Note([LastChanges.Node(id)], lease.Mine?.View.Holder);
    }

    public Task<IReadOnlyList<LinkReport>> LinksAsync(CancellationToken cancellation = default) => client.GetLinksAsync(Leader, cancellation);

    public Task SetLinkAsync(string follower, LinkFaults faults, CancellationToken cancellation = default)
    {
        Refuse(faults.Validate());
        RequireFollower(follower);
        return ChangeLinksAsync("set a link's faults", [follower], () => links.ChangeAsync((plan, leader) => plan.With(leader, follower, faults), cancellation));
    }

    public Task HealAsync(string? follower = null, CancellationToken cancellation = default)
    {
        if (follower is null) return ChangeLinksAsync("heal links", directory.Followers.Select(f => f.Id), () => links.ChangeAsync(static _ => FaultPlan.Empty, cancellation));
        RequireFollower(follower);
        return ChangeLinksAsync("heal a link", [follower], () => links.ChangeAsync((plan, leader) => plan.With(leader, follower, LinkFaults.None), cancellation));
    }

    public Task PartitionAsync(IReadOnlyList<string> otherSide, CancellationToken cancellation = default)
    {
        var followers = directory.Followers.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        var errors = new FieldErrors();
        foreach (var id in otherSide.Distinct(StringComparer.Ordinal))
        {
            errors.Require(followers.Contains(id), "followers", id == directory.Leader?.Id
                ? $"followers must not name the leader, {id}: the other side is the one that the leader is not on."
                : $"followers must name only followers, but names {id}; the followers are {string.Join(", ", directory.Followers.Select(f => f.Id))}.");
        }

        Refuse(errors.All);
        return ChangeLinksAsync("set a partition", directory.Followers.Select(f => f.Id), () => links.ChangeAsync(plan => plan.Split(otherSide), cancellation));
    }

    private async Task ChangeLinksAsync(string act, IEnumerable<string> followers, Func<Task> command)
    {
        await ActAsync(act, command);
        changes.Note(followers.Select(LastChanges.Link), lease.Mine?.View.Holder);
    }

    private void RequireFollower(string id)
    {
        if (Known(id) == directory.Leader?.Id)
            throw new CommandException(StatusCodes.Status409Conflict, $"{id} is the leader; a link goes from the leader to a follower.");
    }

    private static void Refuse(IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > 0) throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", errors.Select(e => e.Message)), errors);
    }
}
