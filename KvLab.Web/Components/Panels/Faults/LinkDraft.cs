using KvLab.Core.Network;

namespace KvLab.Web.Components.Panels.Faults;

/// <summary>A link's faults while somebody types them.</summary>
public sealed class LinkDraft
{
    public LinkMode Mode { get; set; }
    public DirectionDraft Request { get; private init; } = new();
    public DirectionDraft Answer { get; private init; } = new();

    public static LinkDraft Of(LinkFaults faults) =>
        new() { Mode = faults.Mode, Request = DirectionDraft.Of(faults.Request), Answer = DirectionDraft.Of(faults.Answer) };

    public LinkFaults ToFaults() => Mode == LinkMode.Open
        ? new LinkFaults { Request = Request.ToFaults(), Answer = Answer.ToFaults() }
        : new LinkFaults { Mode = Mode };

    /// <summary>What such faults teach, in one sentence.</summary>
    public static string Meaning(LinkFaults faults, string follower)
    {
        if (faults.Mode == LinkMode.Refuse) return $"Every request to {follower} fails at once: the leader knows at the first attempt that this follower cannot acknowledge.";
        if (faults.Mode == LinkMode.Swallow) return $"No message passes to or from {follower}, and the leader notices only at its timeout: a partition of one node.";
        var (request, answer) = (faults.Request.LossPercent > 0 || faults.Request.DropNext > 0, faults.Answer.LossPercent > 0 || faults.Answer.DropNext > 0);
        return (request, answer) switch
        {
            (true, false) => $"A request that is lost on its way to {follower} is not applied; the leader cannot tell it from a lost answer.",
            (false, true) => $"The acks of {follower} are lost: it applies the writes, but the leader does not know.",
            (true, true) => "A missing ack says nothing: the request may be lost, or only its answer.",
            _ when faults.IsNone => "No faults set.",
            _ => $"All messages reach {follower}, but they may come late, twice or out of order; comparing versions makes that harmless.",
        };
    }
}

/// <summary>One direction while somebody types it.</summary>
public sealed class DirectionDraft
{
    public double ExtraDelayMs { get; set; }
    public double JitterMs { get; set; }
    public double JitterCorrelation { get; set; }
    public double LossPercent { get; set; }
    public int DropNext { get; set; }
    public double DuplicatePercent { get; set; }
    public double ReorderPercent { get; set; }

    internal static DirectionDraft Of(DirectionFaults f) => new()
    {
        ExtraDelayMs = f.ExtraDelayMs,
        JitterMs = f.JitterMs,
        JitterCorrelation = f.JitterCorrelation,
        LossPercent = f.LossPercent,
        DropNext = f.DropNext,
        DuplicatePercent = f.DuplicatePercent,
        ReorderPercent = f.ReorderPercent,
    };

    internal DirectionFaults ToFaults() => new()
    {
        ExtraDelayMs = ExtraDelayMs,
        JitterMs = JitterMs,
        JitterCorrelation = JitterCorrelation,
        LossPercent = LossPercent,
        DropNext = DropNext,
        DuplicatePercent = DuplicatePercent,
        ReorderPercent = ReorderPercent,
    };
}
