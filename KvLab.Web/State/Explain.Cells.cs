using KvLab.Core.Wire;

namespace KvLab.Web.State;

public static partial class Explain
{
    /// <summary>One sentence for what a node holds of one key, compared with the leader.</summary>
    /// <param name="snapshot">Says whether deliveries are still under way; a comparison outside quiescence is a moment, not a verdict.</param>
    public static string Cell(KeyRow row, string node, ClusterSnapshot snapshot)
    {
        var key = Unseen.Shown(row.Key);
        var cell = row.Cells.GetValueOrDefault(node);
        var leader = snapshot.Leader?.Id ?? NodeRoles.Leader;
        if (node == leader)
            return row.Leader.IsNone ? $"{node} does not hold {key}." : $"{node} holds {row.Leader} of {key}; the followers are compared with it.";

        var status = ReplicaComparison.Compare(row, cell);
        var underway = snapshot.Quiescent ? "" : " Deliveries are still under way.";
        var refused = cell is { LastRefused.IsNone: false }
            ? $" It refused {cell.LastRefused} as stale before."
            : "";
        var text = status.State switch
        {
            CellState.Missing => $"missing: {node} holds no version of {key}; the leader holds {row.Leader}.{underway}",
            CellState.Behind => $"behind: {node} holds {cell!.Version} of {key}, {Older(cell.Version, row.Leader)} than the leader's {row.Leader}.{underway}",
            CellState.Conflict => $"conflict: {node} holds {cell!.Version} of {key} as the leader does, but with another value.",
            CellState.Ahead => $"ahead: {node} holds {cell!.Version} of {key}, newer than the leader's {row.Leader}.{underway}",
            _ => row.Leader.IsNone ? $"{node} holds nothing for {key}, and neither does the leader." : $"fresh: {node} holds {row.Leader} of {key}, as the leader does.",
        };
        return text + refused;
    }
}
