using KvLab.Core.Events;
using KvLab.Core.Settings;

namespace KvLab.Web.Disturbances;

/// <summary>What somebody other than the run did, in one sentence.</summary>
internal static class ForeignChange
{
    /// <param name="before">The settings that were in force.</param>
    /// <returns>Null for an event that disturbs nobody.</returns>
    public static string? Describe(NodeEvent e, LiveSettings? before)
    {
        var node = e.Node == NodeNames.Dashboard ? e.Peer ?? "a node" : e.Node;
        return e.Kind switch
        {
            EventKind.SettingsChanged => Settings(node, before, e.Settings),
            EventKind.FollowersChanged => $"The list of followers of {node} was changed from outside.",
            EventKind.LinkChanged => $"The link from {node} to {e.Peer} was changed from outside{Because(e.Detail)}.",
            EventKind.NodeFaultsChanged => $"The faults of {node} were changed from outside{Because(e.Detail)}.",
            EventKind.StoreCleared => $"{node} was emptied from outside.",
            EventKind.LeaderPromoted => $"{node} was made the leader of epoch {e.Epoch}.",
            EventKind.NodeStarted => $"{node} was started again.",
            EventKind.NodeStopping => $"{node} was stopped from outside.",
            EventKind.StorageFailed => $"The storage of {node} failed{Because(e.Detail)}.",
            EventKind.EntryApplied => $"An entry that no leader of this lab sent was stored on {node} ({e.Key}, {e.EntryVersion}).",
            EventKind.EntryRefused or EventKind.EntryDuplicate => $"An entry that no leader of this lab sent came to {node}, which did not need it ({e.Key}, {e.EntryVersion}).",
            EventKind.ProcessCrashed => $"The process of {node} ended{Because(e.Detail)}.",
            EventKind.ProcessStopped => $"{node} was stopped.",
            EventKind.ProcessStarted => $"{node} was started.",
            EventKind.ProcessFrozen => $"{node} was frozen.",
            EventKind.ProcessThawed => $"{node} was thawed.",
            _ => null,
        };
    }

    private static string Because(string? detail) => string.IsNullOrWhiteSpace(detail) ? "" : $" ({detail.TrimEnd('.')})";

    private static string? Settings(string node, LiveSettings? before, LiveSettings? after)
    {
        if (before is null || after is null) return $"The settings of {node} were changed from outside.";
        var changes = typeof(LiveSettings).GetProperties()
            .Where(p => p.CanWrite && !Equals(p.GetValue(before), p.GetValue(after)))
            .Select(p => $"{char.ToLowerInvariant(p.Name[0])}{p.Name[1..]} from {p.GetValue(before)} to {p.GetValue(after)}")
            .ToArray();
        return changes.Length == 0 ? null : $"The settings of {node} were changed from outside: {string.Join(", ", changes)}.";
    }
}
