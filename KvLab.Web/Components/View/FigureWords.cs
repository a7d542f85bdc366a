using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;

namespace KvLab.Web.Components.View;

/// <summary>What figures belong to, in a few words.</summary>
public static class FigureWords
{
    private static readonly SettingField[] ByName = SettingFields.Except(
        "writeQuorum", "quorumCountsLeader", "distribution", "minDelayMs", "maxDelayMs", "versioning", "seed", "replicationTimeoutMs", "delivery", "hintWindowMs", "hintLimit",
        "rejoinSync", "antiEntropyMs", "onShortfall");

    /// <summary>"W = 3 of 5 · U(0.1–1000 ms)", and what else is not as it is now.</summary>
    public static string Of(FigureConditions conditions, FigureConditions now)
    {
        var (s, current) = (conditions.Settings, now.Settings);
        string?[] parts =
        [
            $"W = {s.WriteQuorum} of {conditions.Followers}",
            s.QuorumCountsLeader ? "leader counted" : null,
            Units.Delay(s),
            s.Versioning == VersioningMode.Naive ? "naive" : null,
            conditions.Storage == now.Storage && conditions.Storage == NodeView.InMemory ? null : conditions.Storage,
            s.Seed == current.Seed ? null : $"seed {s.Seed}",
            s.ReplicationTimeoutMs == current.ReplicationTimeoutMs ? null : $"timeout {s.ReplicationTimeoutMs} ms",
            s.Delivery == current.Delivery ? null : s.Delivery switch { Delivery.Once => "one attempt", Delivery.Hinted => "hints", _ => "tried again until acked" },
            (s.HintWindowMs, s.HintLimit) == (current.HintWindowMs, current.HintLimit) ? null : $"hints kept for {s.HintWindowMs} ms, at most {s.HintLimit} per follower",
            s.RejoinSync == current.RejoinSync ? null : $"catch-up on rejoin: {s.RejoinSync.ToString().ToLowerInvariant()}",
            s.AntiEntropyMs == current.AntiEntropyMs ? null : s.AntiEntropyMs == 0 ? "no anti-entropy" : $"anti-entropy every {s.AntiEntropyMs} ms",
            s.OnShortfall == current.OnShortfall ? null : $"if W is not reached: {s.OnShortfall.ToString().ToLowerInvariant()}",
            .. ByName.Where(f => !f.IsSame(s, current)).Select(f => $"{f.Name} {f.TextOf(s)}"),
        ];
        return string.Join(" · ", parts.OfType<string>());
    }

    /// <summary>What mean and percentiles are over.</summary>
    public static string Over(SettingsFigures figures)
    {
        var (over, answered) = (figures.Latency.Over, figures.Success + figures.Partial);
        return over == answered ? Units.Count(over, "write") : $"the latest {Units.Count(over)} of {Units.Count(answered, "write")}";
    }
}
