namespace KvLab.Core.Settings;

/// <summary>A change of some live settings; what is null stays. All of it takes effect, or nothing.</summary>
public sealed partial record LiveSettingsPatch
{
    public int? WriteQuorum { get; init; }
    public bool? QuorumCountsLeader { get; init; }
    public double? MinDelayMs { get; init; }
    public double? MaxDelayMs { get; init; }
    public DelayDistribution? Distribution { get; init; }
    public long? Seed { get; init; }
    public int? ReplicationTimeoutMs { get; init; }
    public VersioningMode? Versioning { get; init; }
    public Delivery? Delivery { get; init; }
    public int? HintWindowMs { get; init; }
    public int? HintLimit { get; init; }
    public RejoinSync? RejoinSync { get; init; }
    public int? AntiEntropyMs { get; init; }
    public OnShortfall? OnShortfall { get; init; }

    /// <summary>True: the schedule of delays begins again with the next version. Any other value changes nothing.</summary>
    public bool? RestartSchedule { get; init; }

    public static LiveSettingsPatch Of(LiveSettings settings) => SettingFields.All.Aggregate(new LiveSettingsPatch(), (patch, field) => field.Wish(patch, settings));

    /// <summary>Both changes as one: this one decides where both name a setting.</summary>
    public LiveSettingsPatch Over(LiveSettingsPatch older) =>
        SettingFields.All.Aggregate(this, (patch, field) => field.Over(patch, older)) with { RestartSchedule = RestartSchedule ?? older.RestartSchedule };

    /// <summary>The settings after the change, not yet validated.</summary>
    public LiveSettings ApplyTo(LiveSettings current) => SettingFields.All.Aggregate(current, (settings, field) => field.Apply(this, settings));
}
