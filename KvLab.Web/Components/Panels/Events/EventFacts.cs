using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Wire;
using KvLab.Web.Components.View;

namespace KvLab.Web.Components.Panels.Events;

/// <summary>An event in the few characters of a list; <see cref="Explain"/> has the whole sentence.</summary>
public static class EventFacts
{
    /// <param name="labels">What versions and nodes are called on the page.</param>
    public static string Brief(NodeEvent e, Labels labels) => Unseen.Shown(e.Kind switch
    {
        EventKind.WriteAccepted => $"{labels.Version(e.EntryVersion)} {e.Key}={e.Value}{Stored(e)}",
        EventKind.ReplicationStarted => $"{labels.Version(e.EntryVersion)} {e.Key} → {Units.Count(e.Peers?.Length ?? 0, "follower")}",
        EventKind.DeliveryAcked => $"{labels.Version(e.EntryVersion)} {e.Key} ← {Units.Short(e.Peer)} {(e.Outcome is { } o ? Units.Outcome(o) : "")} {Units.Ms(e.ElapsedMs)}{(e.Late ? ", late" : "")}",
        EventKind.DeliveryFailed => $"{labels.Version(e.EntryVersion)} {e.Key} → {Units.Short(e.Peer)} {e.Reason?.Replace('_', ' ')}, attempt {e.Attempt ?? 1}",
        EventKind.DeliveryAbandoned when e.Outcome == DeliveryOutcome.Replaced => $"{labels.Version(e.EntryVersion)} {e.Key} → {Units.Short(e.Peer)} replaced by a newer write",
        EventKind.DeliveryAbandoned => $"{labels.Version(e.EntryVersion)} {e.Key} → {Units.Short(e.Peer)} {e.Reason?.Replace('_', ' ')}",
        EventKind.DeliveryRetried => $"{labels.Version(e.EntryVersion)} {e.Key} → {Units.Short(e.Peer)} again, attempt {e.Attempt ?? 2}",
        EventKind.PeerCalled => $"{e.Reason} {labels.Name(e.Peer)} {(e.Outcome == DeliveryOutcome.Failed ? "no answer" : Units.Ms(e.ElapsedMs))}",
        EventKind.MessageLost => $"{labels.Version(e.EntryVersion)} {e.Key} ⇢ {Units.Short(e.Peer)} {e.Reason?.Replace('_', ' ')}",
        EventKind.WriteAnswered => $"{labels.Version(e.EntryVersion)} {e.Key} {e.Reason?.Replace('_', ' ')} {e.Acks}/{e.Required} {Units.Ms(e.ElapsedMs)}",
        EventKind.EntryApplied => (e.Held.IsNone ? $"{labels.Version(e.EntryVersion)} {e.Key}" : $"{labels.Version(e.EntryVersion)} {e.Key}, had {labels.Version(e.Held)}") + Stored(e),
        EventKind.EntryRefused => $"{labels.Version(e.EntryVersion)} {e.Key}, holds {labels.Version(e.Held)}",
        EventKind.EntryDuplicate => $"{labels.Version(e.EntryVersion)} {e.Key} again",
        EventKind.MessageFenced => $"{labels.Version(e.EntryVersion)} {e.Key}, epoch {e.Epoch} is over",
        EventKind.StorageFailed => $"{e.Reason?.Replace('_', ' ')}: {e.Detail}",
        EventKind.StorageRecovered => $"after {Units.Ms(e.ElapsedMs)}{(e.Reason == StorageReasons.Emptied ? ", empty" : "")}",
        EventKind.SettingsChanged or EventKind.NodeReady when e.Settings is { } s => $"W = {s.WriteQuorum}, {Units.Delay(s)}",
        EventKind.ProcessStarted or EventKind.ProcessStopped or EventKind.ProcessCrashed or EventKind.ProcessFrozen or EventKind.ProcessThawed => $"{labels.Name(e.Peer)} {e.Detail}",
        _ => e.Detail ?? "",
    });

    private static string Stored(NodeEvent e) => e.ElapsedMs is { } ms ? $", stored in {Units.Ms(ms)}" : "";

    /// <summary>Its shape in the sprite.</summary>
    public static string Shape(EventKind kind) => kind switch
    {
        EventKind.WriteAccepted or EventKind.ReplicationStarted or EventKind.DeliveryRetried => "write",
        EventKind.DeliveryAcked or EventKind.EntryApplied => "applied",
        EventKind.EntryRefused => "superseded",
        EventKind.EntryDuplicate => "duplicate",
        EventKind.DeliveryFailed or EventKind.DeliveryAbandoned or EventKind.MessageFenced or EventKind.MessageLost or EventKind.StorageFailed => "failed",
        EventKind.WriteAnswered => "success",
        EventKind.ProcessCrashed => "crashed",
        EventKind.NodeStopping or EventKind.ProcessStopped or EventKind.ProcessFrozen => "stopped",
        EventKind.NodeStarted or EventKind.ProcessStarted => "starting",
        EventKind.NodeReady or EventKind.LeaderRecovered or EventKind.ProcessThawed or EventKind.StorageRecovered => "running",
        _ => "settings",
    };

    public static string ShapeOf(NodeEvent e) => e switch
    {
        { Kind: EventKind.DeliveryAcked, Outcome: DeliveryOutcome.Superseded } => "superseded",
        { Kind: EventKind.DeliveryAcked, Outcome: DeliveryOutcome.Duplicate } => "duplicate",
        { Kind: EventKind.DeliveryAbandoned, Outcome: DeliveryOutcome.Replaced } => "replaced",
        { Kind: EventKind.PeerCalled, Outcome: DeliveryOutcome.Failed } => "failed",
        { Kind: EventKind.WriteAnswered, Reason: "partial_success" } => "partial",
        _ => Shape(e.Kind),
    };
}
