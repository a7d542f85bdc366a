using System.Text.RegularExpressions;

namespace KvLab.Core.Settings;

/// <summary>
/// The one table of live settings. A new one is a property of <see cref="LiveSettings"/>, one of <see cref="LiveSettingsPatch"/>, a row here, and whatever goes by it; REST,
/// environment, command line, configuration, form, sentences and documents have it from here.
/// </summary>
public static class SettingFields
{
    public static readonly IReadOnlyList<SettingField> All =
    [
        new QuorumSetting("writeQuorum", "WRITE_QUORUM", "W: followers that must acknowledge a write before its client is answered with success; the leader counts as one of them only if quorumCountsLeader is true",
            new(s => s.WriteQuorum, (s, v) => s with { WriteQuorum = v }, p => p.WriteQuorum, (p, v) => p with { WriteQuorum = v })),
        new NumberSetting("minDelayMs", "MIN_DELAY_MS", "Lower end of the simulated delay, at most maxDelayMs", LiveSettings.LongestDelayMs,
            new(s => s.MinDelayMs, (s, v) => s with { MinDelayMs = v }, p => p.MinDelayMs, (p, v) => p with { MinDelayMs = v })),
        new NumberSetting("maxDelayMs", "MAX_DELAY_MS", "Upper end of the simulated delay; unbounded shapes go beyond it", LiveSettings.LongestDelayMs,
            new(s => s.MaxDelayMs, (s, v) => s with { MaxDelayMs = v }, p => p.MaxDelayMs, (p, v) => p with { MaxDelayMs = v })),
        new ChoiceSetting<DelayDistribution>("distribution", "DELAY_DISTRIBUTION", "Shape of the delay. All shapes have the same mean, except regions: near and far followers, with 1, 5, 40, 90, 160 ms ± 10 % in the order of the leader's list",
            new(s => s.Distribution, (s, v) => s with { Distribution = v }, p => p.Distribution, (p, v) => p with { Distribution = v })),
        new LongSetting("seed", "DELAY_SEED", "Same seed, same delays",
            new(s => s.Seed, (s, v) => s with { Seed = v }, p => p.Seed, (p, v) => p with { Seed = v })),
        new WholeSetting("replicationTimeoutMs", "REPLICATION_TIMEOUT_MS", "The leader answers the client within this time, and waits this long for a follower's answer", 1, LiveSettings.LongestTimeoutMs,
            new(s => s.ReplicationTimeoutMs, (s, v) => s with { ReplicationTimeoutMs = v }, p => p.ReplicationTimeoutMs, (p, v) => p with { ReplicationTimeoutMs = v })),
        new ChoiceSetting<VersioningMode>("versioning", "VERSIONING", "Whether followers compare versions, or the last arrival wins",
            new(s => s.Versioning, (s, v) => s with { Versioning = v }, p => p.Versioning, (p, v) => p with { Versioning = v })),
        new ChoiceSetting<Delivery>("delivery", "DELIVERY", "Whether a failed send is tried again: until acked, for a while, or not at all",
            new(s => s.Delivery, (s, v) => s with { Delivery = v }, p => p.Delivery, (p, v) => p with { Delivery = v })),
        new ChoiceSetting<OnShortfall>("onShortfall", "ON_SHORTFALL", "What the client is told if fewer than W acknowledged: 200 with partial_success, or 503",
            new(s => s.OnShortfall, (s, v) => s with { OnShortfall = v }, p => p.OnShortfall, (p, v) => p with { OnShortfall = v })),
        new FlagSetting("quorumCountsLeader", "QUORUM_COUNTS_LEADER", "Whether the leader's own copy counts towards W",
            new(s => s.QuorumCountsLeader, (s, v) => s with { QuorumCountsLeader = v }, p => p.QuorumCountsLeader, (p, v) => p with { QuorumCountsLeader = v })),
        new WholeSetting("hintWindowMs", "HINT_WINDOW_MS", "With delivery hinted: how long a write is kept for a follower that does not answer", 0, LiveSettings.LongestPeriodMs,
            new(s => s.HintWindowMs, (s, v) => s with { HintWindowMs = v }, p => p.HintWindowMs, (p, v) => p with { HintWindowMs = v })),
        new WholeSetting("hintLimit", "HINT_LIMIT", "With delivery hinted: the most writes that are kept for one follower", 0, LiveSettings.MostHints,
            new(s => s.HintLimit, (s, v) => s with { HintLimit = v }, p => p.HintLimit, (p, v) => p with { HintLimit = v })),
        new ChoiceSetting<RejoinSync>("rejoinSync", "REJOIN_SYNC", "What a returning or new follower receives",
            new(s => s.RejoinSync, (s, v) => s with { RejoinSync = v }, p => p.RejoinSync, (p, v) => p with { RejoinSync = v })),
        new WholeSetting("antiEntropyMs", "ANTI_ENTROPY_MS", "How often the leader compares itself with each follower; 0 for never", 0, LiveSettings.LongestPeriodMs,
            new(s => s.AntiEntropyMs, (s, v) => s with { AntiEntropyMs = v }, p => p.AntiEntropyMs, (p, v) => p with { AntiEntropyMs = v }), LiveSettings.ShortestAntiEntropyMs),
    ];

    /// <summary>Of a follower too; all others are the leader's business.</summary>
    public static readonly SettingField Versioning = All.Single(f => f.Name == "versioning");

    /// <summary>All but those that somebody has words, or a control, of his own for.</summary>
    /// <exception cref="ArgumentException">There is no such setting.</exception>
    public static SettingField[] Except(params string[] names)
    {
        if (names.FirstOrDefault(name => All.All(f => f.Name != name)) is { } unknown) throw new ArgumentException($"{unknown} is not a live setting.", nameof(names));
        return [.. All.Where(f => !names.Contains(f.Name))];
    }

    private static readonly SettingField WriteQuorum = All.Single(f => f.Name == "writeQuorum");
    private static readonly SettingField CountsLeader = All.Single(f => f.Name == "quorumCountsLeader");

    /// <summary>What somebody set at a start; what is wrong with it is among the values' errors.</summary>
    /// <param name="nameOf">How a setting is called there.</param>
    /// <param name="followers">N, which W is not more than unless somebody set it.</param>
    /// <param name="most">What W is measured against; null: N.</param>
    public static LiveSettings Read(ISettingValues values, Func<SettingField, string> nameOf, int followers, int? most = null)
    {
        var settings = CountsLeader.Read(values, nameOf(CountsLeader), new LiveSettings());
        settings = settings with
        {
            WriteQuorum = values.Int(nameOf(WriteQuorum), Math.Min(settings.WriteQuorum, followers), 0, settings.LargestQuorum(most ?? followers), most is null ? settings.LargestQuorumIs() : null),
        };
        settings = All.Where(f => f != WriteQuorum && f != CountsLeader).Aggregate(settings, (read, field) => field.Read(values, nameOf(field), read));
        foreach (var error in settings.Validate(most ?? followers)) values.Errors.Add(AsSet(error.Field), AsSet(error.Message));
        return settings;

        // One sentence may name two settings, each under the name by which it was set.
        string AsSet(string text) => All.Aggregate(text, (t, field) => Regex.Replace(t, $@"\b{field.Name}\b", values.NameOf(nameOf(field))));
    }
}
