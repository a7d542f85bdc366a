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

    public static LiveSettingsPatch Of(LiveSettings settings) => new()
    {
        WriteQuorum = settings.WriteQuorum,
        QuorumCountsLeader = settings.QuorumCountsLeader,
        MinDelayMs = settings.MinDelayMs,
        MaxDelayMs = settings.MaxDelayMs,
        Distribution = settings.Distribution,
        Seed = settings.Seed,
        ReplicationTimeoutMs = settings.ReplicationTimeoutMs,
        Versioning = settings.Versioning,
        Delivery = settings.Delivery,
        HintWindowMs = settings.HintWindowMs,
        HintLimit = settings.HintLimit,
        RejoinSync = settings.RejoinSync,
        AntiEntropyMs = settings.AntiEntropyMs,
        OnShortfall = settings.OnShortfall,
    };

    /// <summary>Both changes as one: this one decides where both name a setting.</summary>
    public LiveSettingsPatch Over(LiveSettingsPatch older) => new()
    {
        WriteQuorum = WriteQuorum ?? older.WriteQuorum,
        QuorumCountsLeader = QuorumCountsLeader ?? older.QuorumCountsLeader,
        MinDelayMs = MinDelayMs ?? older.MinDelayMs,
        MaxDelayMs = MaxDelayMs ?? older.MaxDelayMs,
        Distribution = Distribution ?? older.Distribution,
        Seed = Seed ?? older.Seed,
        ReplicationTimeoutMs = ReplicationTimeoutMs ?? older.ReplicationTimeoutMs,
        Versioning = Versioning ?? older.Versioning,
        Delivery = Delivery ?? older.Delivery,
        HintWindowMs = HintWindowMs ?? older.HintWindowMs,
        HintLimit = HintLimit ?? older.HintLimit,
        RejoinSync = RejoinSync ?? older.RejoinSync,
        AntiEntropyMs = AntiEntropyMs ?? older.AntiEntropyMs,
        OnShortfall = OnShortfall ?? older.OnShortfall,
        RestartSchedule = RestartSchedule ?? older.RestartSchedule,
    };

    /// <summary>The settings after the change, not yet validated.</summary>
    public LiveSettings ApplyTo(LiveSettings current) => current with
    {
        WriteQuorum = WriteQuorum ?? current.WriteQuorum,
        QuorumCountsLeader = QuorumCountsLeader ?? current.QuorumCountsLeader,
        MinDelayMs = MinDelayMs ?? current.MinDelayMs,
        MaxDelayMs = MaxDelayMs ?? current.MaxDelayMs,
        Distribution = Distribution ?? current.Distribution,
        Seed = Seed ?? current.Seed,
        ReplicationTimeoutMs = ReplicationTimeoutMs ?? current.ReplicationTimeoutMs,
        Versioning = Versioning ?? current.Versioning,
        Delivery = Delivery ?? current.Delivery,
        HintWindowMs = HintWindowMs ?? current.HintWindowMs,
        HintLimit = HintLimit ?? current.HintLimit,
        RejoinSync = RejoinSync ?? current.RejoinSync,
        AntiEntropyMs = AntiEntropyMs ?? current.AntiEntropyMs,
        OnShortfall = OnShortfall ?? current.OnShortfall,
    };
}
