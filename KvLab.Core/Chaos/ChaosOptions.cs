using KvLab.Core.Configuration;
using KvLab.Core.Settings;

namespace KvLab.Core.Chaos;

/// <summary>What a chaos run is asked for. The same options and the same number of nodes give the same plan.</summary>
public sealed record ChaosOptions
{
    /// <summary>1 … 2,000.</summary>
    public int Faults { get; init; } = 50;

    /// <summary>Everything that is left to chance in the plan is drawn from it.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Clients that write all the time, each with one write under way; 1 … 64.</summary>
    public int Clients { get; init; } = 8;

    /// <summary>Distinct keys, 1 … 1,000.</summary>
    public int Keys { get; init; } = 20;

    /// <summary>W, 1 … N; null: N.</summary>
    public int? WriteQuorum { get; init; }

    /// <summary>On average between the beginnings of two faults, in ms, 10 … 10,000.</summary>
    public int GapMs { get; init; } = 400;

    public const int MostFaults = 2_000;
    public const int MostClients = 64;

    /// <summary>Faults × gap: nobody else has the cluster meanwhile.</summary>
    public const long LongestMs = 3_600_000;
    public const int MostKeys = 1_000;
    public const int ShortestGapMs = 10;
    public const int LongestGapMs = 10_000;

    private static readonly string[] FieldNames = ["faults", "seed", "clients", "keys", "writeQuorum", "gapMs"];

    /// <param name="followers">N.</param>
    public IReadOnlyList<FieldError> Validate(int followers)
    {
        var errors = new FieldErrors();
        Range("faults", Faults, 1, MostFaults);
        Range("clients", Clients, 1, MostClients);
        Range("keys", Keys, 1, MostKeys);
        Range("gapMs", GapMs, ShortestGapMs, LongestGapMs);
        errors.Require((long)Faults * GapMs <= LongestMs, "gapMs", $"gapMs: {Faults} faults every {GapMs} ms last {(long)Faults * GapMs} ms; at most {LongestMs} ms are possible.");
        if (WriteQuorum is { } quorum) Range("writeQuorum", quorum, 1, followers);
        errors.Require(followers >= 2, "followers", $"A chaos run needs at least 2 followers, because it takes nodes away; there are {followers}.");
        return errors.All;

        void Range(string field, int value, int from, int to) => errors.Require(value >= from && value <= to, field, $"{field} must be from {from} to {to}, but is {value}.");
    }

    /// <summary>Reads types and names; ranges are the business of <see cref="Validate"/>.</summary>
    public static ChaosOptions Read(JsonFields fields)
    {
        fields.AllowOnly(FieldNames);
        var standard = new ChaosOptions();
        return new ChaosOptions
        {
            Faults = fields.Int("faults") ?? standard.Faults,
            Seed = fields.Long("seed", long.MinValue) ?? standard.Seed,
            Clients = fields.Int("clients") ?? standard.Clients,
            Keys = fields.Int("keys") ?? standard.Keys,
            WriteQuorum = fields.Int("writeQuorum"),
            GapMs = fields.Int("gapMs") ?? standard.GapMs,
        };
    }
}
