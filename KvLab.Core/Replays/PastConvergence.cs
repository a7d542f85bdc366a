using System.Text.Json;
using KvLab.Core.Analysis;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Storage;

namespace KvLab.Core.Replays;

/// <summary>Replicas compared entry by entry as the observer knew them at a moment: nobody can be asked any more.</summary>
public static class PastConvergence
{
    public static ConvergenceReport Of(ClusterSnapshot then)
    {
        var followers = then.Followers.Select(f => Dump(then, f)).ToList();
        return then.Leader is { } leader
            ? ConvergenceCheck.Compare(new ReplicaDump(leader.Id, Entries(then, leader.Id)), followers, then.Quiescent)
            : ConvergenceCheck.WithoutLeader(Leadership.ProblemOf(then) ?? "There was no leader.", followers);
    }

    private static ReplicaDump Dump(ClusterSnapshot then, NodeView node) =>
        new(node.Id, node.State is NodeState.Running or NodeState.Disconnected ? Entries(then, node.Id) : null);

    private static Dictionary<string, Entry> Entries(ClusterSnapshot then, string node) => then.Keys.Values
        .Select(row => (row.Key, Cell: row.Cells.GetValueOrDefault(node)))
        .Where(held => held.Cell is { } cell && !cell.Version.IsNone)
        .ToDictionary(held => held.Key, held => new Entry(held.Key, Text(held.Cell!.Value), held.Cell.Version), StringComparer.Ordinal);

    /// <summary>Values are only compared, so it does not matter that an event may carry the beginning of a long one.</summary>
    private static JsonText Text(string? value) => JsonText.Parse(JsonSerializer.Serialize(value));
}
