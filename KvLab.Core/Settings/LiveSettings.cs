using System.Text.Json.Serialization;
using KvLab.Core.Configuration;

namespace KvLab.Core.Settings;

/// <summary>Whether followers compare versions.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VersioningMode>))]
public enum VersioningMode
{
    [JsonStringEnumMemberName("versioned")] Versioned,

    /// <summary>The last arrival wins, and the leader takes the version and stores it in two steps, as the seed does.</summary>
    [JsonStringEnumMemberName("naive")] Naive,
}

[JsonConverter(typeof(JsonStringEnumConverter<Delivery>))]
public enum Delivery
{
    /// <summary>A failed send is tried again until acked, superseded, or the follower is removed.</summary>
    [JsonStringEnumMemberName("atLeastOnce")] AtLeastOnce,

    /// <summary>The seed's: one attempt, whatever becomes of it.</summary>
    [JsonStringEnumMemberName("once")] Once,

    /// <summary>
    /// Tried again like <see cref="AtLeastOnce"/>, but only so long and for so many writes: hinted handoff, as Cassandra does it. What falls out of the
    /// window or the limit is dropped and counted; rejoin sync or anti-entropy must bring it.
    /// </summary>
    [JsonStringEnumMemberName("hinted")] Hinted,
}

/// <summary>What a follower is sent that came back, or is new.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RejoinSync>))]
public enum RejoinSync
{
    /// <summary>Nothing, as in the seed: what it missed stays missing until the key is written again.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>Everything that the leader holds.</summary>
    [JsonStringEnumMemberName("full")] Full,

    /// <summary>What it lacks, found by comparing digests.</summary>
    [JsonStringEnumMemberName("incremental")] Incremental,
}

/// <summary>What a client is told when fewer than W followers confirmed. The write stays stored either way.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnShortfall>))]
public enum OnShortfall
{
    /// <summary>200 with <c>"status":"partial_success"</c>, as the seed answers.</summary>
    [JsonStringEnumMemberName("partial")] Partial,

    /// <summary>503 with the same body.</summary>
    [JsonStringEnumMemberName("error")] Error,
}

/// <summary>
/// Everything that may change while the cluster runs, and nothing else. Immutable: a write keeps the settings of its start.
/// </summary>
public sealed record LiveSettings
{
    /// <summary>W: replicas that must hold a write before its client is told success, 0 … N, or 0 … N + 1 where <see cref="QuorumCountsLeader"/>.</summary>
    public int WriteQuorum { get; init; } = 3;

    /// <summary>Whether the leader's own copy counts towards W, as in MongoDB and Raft. MySQL, PostgreSQL and the seed count followers only.</summary>
    public bool QuorumCountsLeader { get; init; }

    /// <summary>The followers whose acks a client waits for.</summary>
    public int FollowerAcks() => QuorumCountsLeader ? Math.Max(0, WriteQuorum - 1) : WriteQuorum;

    /// <summary>The largest W that so many followers allow.</summary>
    public int LargestQuorum(int followers) => QuorumCountsLeader ? followers + 1 : followers;

    /// <summary>What <see cref="LargestQuorum"/> is the number of.</summary>
    public string LargestQuorumIs() => QuorumCountsLeader ? "the followers and the leader" : "the number of followers";

    /// <summary>Lower end of the simulated delay in ms, 0 … 60,000, at most <see cref="MaxDelayMs"/>.</summary>
    public double MinDelayMs { get; init; } = 0.1;

    /// <summary>Upper end of the simulated delay in ms, 0 … 60,000; for unbounded shapes see <see cref="DelayDistribution"/>.</summary>
    public double MaxDelayMs { get; init; } = 1000;

    public DelayDistribution Distribution { get; init; } = DelayDistribution.Uniform;

    /// <summary>Same seed, same (version, follower): same delay, in every run.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>
    /// Where the schedule of delays begins: the delay of a write depends on its version minus this. 0 unless the schedule was restarted
    /// (<see cref="LiveSettingsPatch.RestartSchedule"/>), as an experiment does to draw the same delays in every run although versions never repeat.
    /// </summary>
    public long DelayOrigin { get; init; }

    /// <summary>
    /// Within this many ms a client has its answer, and a follower has answered a request that was sent to it; 1 … 600,000.
    /// One deadline covers delay and request of the write's first attempts together.
    /// </summary>
    public int ReplicationTimeoutMs { get; init; } = 5000;

    public VersioningMode Versioning { get; init; } = VersioningMode.Versioned;

    public Delivery Delivery { get; init; } = Delivery.AtLeastOnce;

    /// <summary>With <see cref="Delivery.Hinted"/>: how long after its start a write is kept for a follower that does not answer, in ms, 0 … 3,600,000.</summary>
    public int HintWindowMs { get; init; } = 10_000;

    /// <summary>With <see cref="Delivery.Hinted"/>: how many writes are kept for one follower at most, 0 … 100,000.</summary>
    public int HintLimit { get; init; } = 1000;

    public RejoinSync RejoinSync { get; init; } = RejoinSync.Incremental;

    /// <summary>
    /// How often the leader compares itself with each follower and sends what is lacking there, in ms, 100 … 3,600,000; 0 for never. Entries younger than
    /// one period are left to their own delivery. Not in naive mode, where no version says who is right.
    /// </summary>
    public int AntiEntropyMs { get; init; } = 10_000;

    public OnShortfall OnShortfall { get; init; } = OnShortfall.Partial;

    public const double LongestDelayMs = 60_000;
    public const int LongestTimeoutMs = 600_000;
    public const int LongestPeriodMs = 3_600_000;
    public const int ShortestAntiEntropyMs = 100;
    public const int MostHints = 100_000;

    /// <summary>Every problem at once; empty when all is well.</summary>
    /// <param name="followers">N, the number of followers that W is measured against.</param>
    public IReadOnlyList<FieldError> Validate(int followers)
    {
        var errors = new FieldErrors();
        foreach (var field in SettingFields.All)
        {
            field.Check(this, followers, errors);
            if (field.Name == "maxDelayMs")
                errors.Require(!(MinDelayMs > MaxDelayMs), "minDelayMs", $"minDelayMs ({MinDelayMs}) must not be greater than maxDelayMs ({MaxDelayMs}).");
        }

        return errors.All;
    }
}
