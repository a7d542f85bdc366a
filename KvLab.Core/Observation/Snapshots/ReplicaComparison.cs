using System.Runtime.InteropServices;

namespace KvLab.Core.Observation.Snapshots;

/// <param name="VersionsBehind">
/// The leader's counter minus the replica's. The counter is one for all keys, so this is how many versions older the replica's
/// entry is, not how many writes of this key it missed. 0 unless <see cref="CellState.Behind"/>, and for an entry of an older epoch: numbers of two
/// epochs may overlap, so their difference counts nothing.
/// </param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CellStatus(CellState State, long VersionsBehind)
{
    public static readonly CellStatus Fresh = new(CellState.Fresh, 0);
}

/// <summary>How one replica's entry stands against the leader's, as the events told.</summary>
public static class ReplicaComparison
{
    public static CellStatus Compare(KeyRow row, string node) => Compare(row, row.Cells.GetValueOrDefault(node));

    /// <param name="cell">Null where the replica holds nothing for the key.</param>
    public static CellStatus Compare(KeyRow row, ReplicaCell? cell)
    {
        if (cell is null || cell.Version.IsNone)
            return row.Leader.IsNone ? CellStatus.Fresh : new CellStatus(CellState.Missing, 0);
        if (cell.Version > row.Leader) return new CellStatus(CellState.Ahead, 0);
        if (cell.Version < row.Leader) return new CellStatus(CellState.Behind, row.Leader.VersionsAbove(cell.Version));
        return cell.Value == row.LeaderValue ? CellStatus.Fresh : new CellStatus(CellState.Conflict, 0);
    }
}
