using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;

namespace KvLab.Core.Observation.Snapshots;

public sealed partial class Explain
{
    private string LinkChanged(NodeEvent e) => e.Link switch
    {
        null => $"the faults of the link from {N(e.Node)} to {N(e.Peer)} changed{Tail(e.Detail)}",
        { IsNone: true } => $"the link from {N(e.Node)} to {N(e.Peer)} is healed: messages pass normally again",
        { Mode: LinkMode.Swallow } =>
            $"{N(e.Node)} and {N(e.Peer)} are partitioned: nothing arrives in either direction, and {N(e.Node)} notices only at its timeout",
        { Mode: LinkMode.Refuse } => $"the link from {N(e.Node)} to {N(e.Peer)} refuses every request at once, as if no process were listening there",
        var faults => $"the link from {N(e.Node)} to {N(e.Peer)} has faults now: {faults.Describe()}",
    };

    private string NodeFaultsChanged(NodeEvent e) => e.Faults switch
    {
        null => $"the faults of {N(e.Node)} changed{Tail(e.Detail)}",
        { IsNone: true } => $"{N(e.Node)} has no faults any more",
        var faults => $"{N(e.Node)} has faults now: {faults.Describe()}"
            + (faults.ClockSkewMs == 0 ? "" : "; versions and the order of events do not depend on its wall clock, only the times in this list do"),
    };

    private string MessageLost(NodeEvent e)
    {
        var message = $"{V(e.EntryVersion)} of {e.Key}";
        var known = EnumNames.TryParse<LossReason>(e.Reason ?? "", out var reason);
        if (known && reason == LossReason.Refused) return $"the link to {N(e.Peer)} refused {message} at once: it never left";
        var word = Why(known ? reason : LossReason.RequestLost);
        return e.Outcome == DeliveryOutcome.Applied || (known && reason == LossReason.AnswerLost)
            ? $"the answer of {N(e.Peer)} about {message} {word}: the write is applied there, but {N(e.Node)} cannot know that and waits until its timeout"
            : $"{message} {word} on its way to {N(e.Peer)}: it is not applied there, and {N(e.Node)} waits until its timeout";
    }
}
