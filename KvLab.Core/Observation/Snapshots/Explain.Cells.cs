using KvLab.Core.Events;
using KvLab.Core.Versioning;
using KvLab.Core.Wire;

namespace KvLab.Core.Observation.Snapshots;

public sealed partial class Explain
{
    /// <summary>One sentence for what a node holds of one key, compared with the leader.</summary>
    /// <param name="snapshot">Says whether deliveries are still under way; a comparison outside quiescence is a moment, not a verdict.</param>
    public string Cell(KeyRow row, string node, ClusterSnapshot snapshot)
    {
        var key = Unseen.Shown(row.Key);
        var cell = row.Cells.GetValueOrDefault(node);
        var leads = node == snapshot.Leader?.Id;
        if (snapshot.Nodes.FirstOrDefault(n => n.Id == node) is { } gone && gone.State.IsDown()) return Gone(gone, leads ? row.Leader : cell?.Version ?? EntryVersion.None, key);
        if (leads)
            return row.Leader.IsNone ? $"{Leads(node)} does not hold {key}." : $"{Leads(node)} holds {V(row.Leader)} of {key}; the followers are compared with it.";

        var status = ReplicaComparison.Compare(row, cell);
        var underway = snapshot.Quiescent ? "" : " Deliveries are still under way.";
        var refused = cell is { LastRefused.IsNone: false }
            ? $" It refused {V(cell.LastRefused)} as stale before."
            : "";
        var text = status.State switch
        {
            CellState.Missing => $"missing: {N(node)} holds no version of {key}; the leader holds {V(row.Leader)}.{underway}",
            CellState.Behind => $"behind: {N(node)} holds {V(cell!.Version)} of {key}, {OlderThanLeaders(cell.Version, row.Leader)}.{underway}",
            CellState.Conflict => $"conflict: {N(node)} holds {V(cell!.Version)} of {key} as the leader does, but with another value.",
            CellState.Ahead => $"ahead: {N(node)} holds {V(cell!.Version)} of {key}, newer than the leader's {V(row.Leader)}.{underway}",
            _ => row.Leader.IsNone ? $"{N(node)} holds nothing for {key}, and neither does the leader." : $"fresh: {N(node)} holds {V(row.Leader)} of {key}, as the leader does.",
        };
        return text + refused;
    }

    private string Gone(NodeView node, EntryVersion held, string key) => $"{N(node.Id)} is not running. Before it ended, it held "
        + (held.IsNone ? $"no version of {key}." : $"{V(held)} of {key}{(node.Storage == NodeView.InMemory ? ", in memory, which is gone with it." : $"; its storage ({node.Storage}) keeps that.")}");

    private static string Leads(string node) => node == NodeRoles.Leader ? node : $"{node}, the leader,";

    private string OlderThanLeaders(EntryVersion held, EntryVersion leader) => held.Epoch == leader.Epoch
        ? $"{Count(leader.VersionsAbove(held), "version")} older than the leader's {V(leader)}"
        : $"a write of the older epoch {held.Epoch}; the leader holds {V(leader)}";
}
