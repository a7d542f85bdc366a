using System.Globalization;
using KvLab.Core.Events;
using KvLab.Tests.Infrastructure;

namespace KvLab.Tests.Scenarios;

/// <summary>
/// Events as lines of a story: when, who, what. What happens at one instant is put in one fixed order, so that a trace does not depend on
/// which of two simultaneous things a machine happens to do first.
/// </summary>
public static class TraceText
{
    public static IEnumerable<string> Of(IEnumerable<Moment> moments) =>
        from moment in moments
        let line = Line(moment.Event)
        where line is not null
        orderby moment.At, moment.Event.Version, Rank(moment.Event.Kind), moment.Event.Peer ?? moment.Event.Node, line
        select string.Create(CultureInfo.InvariantCulture, $"{moment.At.TotalMilliseconds,5:0.#} ms  {line}");

    private static int Rank(EventKind kind) => kind switch
    {
        EventKind.WriteAccepted => 0,
        EventKind.EntryApplied or EventKind.EntryRefused or EventKind.EntryDuplicate or EventKind.MessageFenced => 1,
        EventKind.DeliveryAcked => 2,
        EventKind.DeliveryFailed => 3,
        EventKind.DeliveryAbandoned => 4,
        _ => 5,
    };

    private static string? Line(NodeEvent e) => e.Kind switch
    {
        EventKind.WriteAccepted => $"leader takes {e.Key}={e.Value?.Trim('"')} as {e.EntryVersion}",
        EventKind.EntryApplied when e.Held > e.EntryVersion => $"{e.Node} replaces the newer {e.Held} of {e.Key} by {e.EntryVersion}",
        EventKind.EntryApplied => $"{e.Node} applies {e.EntryVersion} of {e.Key}",
        EventKind.EntryRefused => $"{e.Node} refuses {e.EntryVersion} of {e.Key}: it holds {e.Held}",
        EventKind.EntryDuplicate => $"{e.Node} has {e.EntryVersion} of {e.Key} already",
        EventKind.MessageFenced => $"{e.Node} fences {e.EntryVersion} of {e.Key}: it has seen epoch {e.HeldEpoch}",
        EventKind.DeliveryAcked => $"{(e.Late ? "late ack" : "ack")} of {e.EntryVersion} from {e.Peer}",
        EventKind.MessageLost => $"{e.EntryVersion} to {e.Peer} is lost: {e.Reason?.Replace('_', ' ')}",
        EventKind.LinkChanged => e.Detail?.TrimEnd('.'),
        EventKind.DeliveryFailed => $"no ack of {e.EntryVersion} from {e.Peer}: {e.Reason}",
        EventKind.DeliveryAbandoned => $"{e.EntryVersion} goes to {e.Peer} no more: {e.Reason}",
        EventKind.WriteAnswered => $"client is told {e.Reason?.Replace('_', ' ')} for {e.EntryVersion}: {e.Acks} of {e.Required} required acks ({e.Detail?.Replace('_', ' ')})",
        EventKind.SettingsChanged => $"{e.Node} has new settings",
        EventKind.LeaderRecovered => $"leader begins epoch {e.Epoch} above v{e.Version}",
        EventKind.NodeStopping => "leader stops",
        _ => null,
    };
}
