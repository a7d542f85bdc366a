namespace KvLab.Core.Settings;

public sealed partial record LiveSettingsPatch
{
    /// <summary>The names under which settings are changed, over REST at a node and at the dashboard.</summary>
    public static readonly IReadOnlyList<string> FieldNames =
    [
        "writeQuorum", "minDelayMs", "maxDelayMs", "distribution", "seed", "replicationTimeoutMs", "versioning", "delivery", "onShortfall",
        "quorumCountsLeader", "hintWindowMs", "hintLimit", "rejoinSync", "antiEntropyMs",
        "restartSchedule",
    ];

    /// <summary>Reads types and names; what is wrong is among the fields' errors. Ranges are the business of <see cref="LiveSettings.Validate"/>.</summary>
    public static LiveSettingsPatch Read(JsonFields fields)
    {
        fields.AllowOnly([.. FieldNames]);
        return new LiveSettingsPatch
        {
            WriteQuorum = fields.Int("writeQuorum"),
            MinDelayMs = fields.Number("minDelayMs"),
            MaxDelayMs = fields.Number("maxDelayMs"),
            Distribution = fields.Choice<DelayDistribution>("distribution"),
            Seed = fields.Long("seed", long.MinValue),
            ReplicationTimeoutMs = fields.Int("replicationTimeoutMs"),
            Versioning = fields.Choice<VersioningMode>("versioning"),
            Delivery = fields.Choice<Delivery>("delivery"),
            QuorumCountsLeader = fields.Bool("quorumCountsLeader"),
            HintWindowMs = fields.Int("hintWindowMs"),
            HintLimit = fields.Int("hintLimit"),
            RejoinSync = fields.Choice<RejoinSync>("rejoinSync"),
            AntiEntropyMs = fields.Int("antiEntropyMs"),
            OnShortfall = fields.Choice<OnShortfall>("onShortfall"),
            RestartSchedule = fields.Bool("restartSchedule"),
        };
    }
}
