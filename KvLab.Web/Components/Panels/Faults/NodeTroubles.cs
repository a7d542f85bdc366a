using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Components.View;

namespace KvLab.Web.Components.Panels.Faults;

/// <summary>What is wrong with a node besides its state, each with the shape that stands for it. Pure.</summary>
public static class NodeTroubles
{
    /// <param name="cutOff">On the other side of a partition.</param>
    public static IEnumerable<(string Glyph, string Words)> Of(NodeView node, bool cutOff)
    {
        if (cutOff) yield return ("cut", "cut off");
        if (node.StorageProblem is not null) yield return ("failed", "storage down");
        if (node.SlowMs > 0) yield return ("slow", $"+{Units.Ms(node.SlowMs)}");
        if (node.ClockSkewMs != 0) yield return ("skew", $"clock {(node.ClockSkewMs > 0 ? "+" : "−")}{Units.Ms(Math.Abs(node.ClockSkewMs))}");
    }
}
