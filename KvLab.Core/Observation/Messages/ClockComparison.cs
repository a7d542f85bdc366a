using KvLab.Core.Events;

namespace KvLab.Core.Observation.Messages;

/// <summary>How far apart two clocks are, by one question: the other's time was read somewhere between asking and hearing (Cristian, 1989).</summary>
public static class ClockComparison
{
    /// <returns>Null where there is nothing to compare: the clocks are one, or the own one went back.</returns>
    public static ClockCompared? Of(NodeHello node, MachineClock asked, MachineClock answered, MachineClock heard)
    {
        if ((answered.BootId is not null && answered.BootId == heard.BootId) || heard.Ns < asked.Ns) return null;
        var took = heard.Ns - asked.Ns;
        return new ClockCompared(node.Node, node.Incarnation, asked.Ns + took / 2 - answered.Ns, (took + 1) / 2);
    }
}
