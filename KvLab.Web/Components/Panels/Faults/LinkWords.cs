using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Components.View;

namespace KvLab.Web.Components.Panels.Faults;

/// <summary>A link's faults and what they did, in as few words as a table's cell has room for. Pure.</summary>
public static class LinkWords
{
    public static string Mode(LinkMode mode) => mode switch
    {
        LinkMode.Refuse => "refused at once",
        LinkMode.Swallow => "cut: messages are lost",
        _ => "open",
    };

    public static string Direction(DirectionFaults faults)
    {
        if (faults == DirectionFaults.None) return "healthy";
        return string.Join(", ", Parts());

        IEnumerable<string> Parts()
        {
            if (faults.LossPercent > 0) yield return faults.LossPercent >= 100 ? "all lost" : $"{Units.Number(faults.LossPercent)} % lost";
            if (faults.DropNext > 0) yield return $"loses next {faults.DropNext}";
            if (faults.ExtraDelayMs > 0) yield return $"+{Units.Ms(faults.ExtraDelayMs)}";
            if (faults.JitterMs > 0) yield return $"jitter 0–{Units.Ms(faults.JitterMs)}{(faults.JitterCorrelation > 0 ? $" (corr. {Units.Number(faults.JitterCorrelation)})" : "")}";
            if (faults.DuplicatePercent > 0) yield return $"{Units.Number(faults.DuplicatePercent)} % duplicated";
            if (faults.ReorderPercent > 0) yield return $"{Units.Number(faults.ReorderPercent)} % reordered";
        }
    }

    /// <summary>What it did to writes since the leader started.</summary>
    public static string Done(LinkView link)
    {
        var parts = new (long Count, string Word)[] { (link.RequestsLost, "not delivered"), (link.AnswersLost, "applied, ack lost"), (link.Refused, "refused") };
        var some = parts.Where(p => p.Count > 0).Select(p => $"{Units.Count(p.Count)} {p.Word}").ToArray();
        return some.Length == 0 ? Units.None : string.Join(", ", some);
    }
}
