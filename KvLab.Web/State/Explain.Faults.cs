using KvLab.Core.Events;
using KvLab.Core.Network;

namespace KvLab.Web.State;

public sealed partial class Explain
{
    private static string LinkChanged(NodeEvent e) => e.Link switch
    {
        null => $"the faults of the link from {e.Node} to {e.Peer} changed{Tail(e.Detail)}",
        { IsNone: true } => $"the link from {e.Node} to {e.Peer} is healed: messages pass without fault again",
        { Mode: LinkMode.Swallow } =>
            $"{e.Node} and {e.Peer} are partitioned: nothing arrives in either direction, and {e.Node} learns so only when its deadline passes",
        { Mode: LinkMode.Refuse } => $"the link from {e.Node} to {e.Peer} refuses every request at once, as if nobody listened there",
        var faults => $"the link from {e.Node} to {e.Peer} has faults now: {faults.Describe()}",
    };

    private static string NodeFaultsChanged(NodeEvent e) => e.Faults switch
    {
        null => $"the faults of {e.Node} changed{Tail(e.Detail)}",
        { IsNone: true } => $"{e.Node} is without fault again",
        var faults => $"{e.Node} has faults now: {faults.Describe()}"
            + (faults.ClockSkewMs == 0 ? "" : "; versions and orders do not depend on its wall clock, only the times in this list do"),
    };

    private string MessageLost(NodeEvent e)
    {
        var message = $"{V(e.EntryVersion)} of {e.Key}";
        return e.Reason switch
        {
            "refused" => $"the link to {e.Peer} refused {message} at once: it never left",
            "answer_lost" => $"the answer of {e.Peer} about {message} was lost: it is applied there, but {e.Node} cannot know and hears nothing until its deadline",
            "dropped" or "swallowed" when e.Outcome == DeliveryOutcome.Applied =>
                $"the answer of {e.Peer} about {message} was {e.Reason}: it is applied there, but {e.Node} cannot know and hears nothing until its deadline",
            "dropped" or "swallowed" => $"{message} was {e.Reason} on its way to {e.Peer}: it is not applied there, and {e.Node} hears nothing until its deadline",
            _ => $"{message} was lost on its way to {e.Peer}: it is not applied there, and {e.Node} hears nothing until its deadline",
        };
    }
}
