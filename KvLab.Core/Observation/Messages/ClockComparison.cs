using KvLab.Core.Events;

namespace KvLab.Core.Observation.Messages;

/// <summary>How far apart two clocks are, by one question: the other's time was read somewhere between asking and hearing (Cristian, 1989).</summary>
public static class ClockComparison
{
    /// <returns>Null where there is nothing to compare: the clocks are one, or the answer did not say.</returns>
    public static ClockCompared? Of(NodeHello node, MachineClock asked, MachineClock? answered, MachineClock heard)
    {
        if (answered is not { } other || (other.BootId is not null && other.BootId == heard.BootId) || heard.Ns < asked.Ns) return null;
        var error = (heard.Ns - asked.Ns + 1) / 2;
        return new ClockCompared(node.Node, node.Incarnation, asked.Ns + (heard.Ns - asked.Ns) / 2 - other.Ns, error);
    }
}
