using System.Globalization;
using System.Text.Json.Serialization;
using KvLab.Core.Network;

namespace KvLab.Core.Chaos;

[JsonConverter(typeof(JsonStringEnumConverter<ChaosKind>))]
public enum ChaosKind
{
    /// <summary>A follower's process is killed and started again, with an empty memory.</summary>
    [JsonStringEnumMemberName("kill_follower")] KillFollower,
    /// <summary>A follower does nothing for a while, and keeps what it holds.</summary>
    [JsonStringEnumMemberName("freeze_follower")] FreezeFollower,
    /// <summary>Requests and answers of one link are lost by chance.</summary>
    [JsonStringEnumMemberName("loss")] Loss,
    /// <summary>Requests of one link arrive twice by chance.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate,
    /// <summary>One direction of one link loses everything: the write is applied and its ack is lost, or it never arrives.</summary>
    [JsonStringEnumMemberName("one_way_loss")] OneWayLoss,
    /// <summary>Some followers are cut off from the leader.</summary>
    [JsonStringEnumMemberName("partition")] Partition,
    /// <summary>The leader's process is killed and started again: it must recover from its followers.</summary>
    [JsonStringEnumMemberName("restart_leader")] RestartLeader,
    /// <summary>The leader's process is killed, a follower is promoted, and the old leader returns as a follower.</summary>
    [JsonStringEnumMemberName("fail_over")] FailOver,
    /// <summary>The leader is frozen, a follower is promoted, and the old leader thaws and must step down.</summary>
    [JsonStringEnumMemberName("freeze_leader")] FreezeLeader,
}

/// <summary>One planned fault.</summary>
/// <param name="Number">From 1.</param>
/// <param name="AtMs">Since the load began.</param>
/// <param name="Pick">Which follower: its place among those that do not lead when the time comes. Roles change, so a plan names no node.</param>
/// <param name="Width">How many followers, for a partition; else 1.</param>
/// <param name="Link">For faults of a link, else null.</param>
public sealed record ChaosFault(int Number, double AtMs, double LastsMs, ChaosKind Kind, int Pick, int Width, LinkFaults? Link)
{
    /// <summary>Whether the process of a node ends, and with it what it holds in memory.</summary>
    [JsonIgnore] public bool Empties => Kind is ChaosKind.KillFollower or ChaosKind.RestartLeader or ChaosKind.FailOver;

    [JsonIgnore] public bool IsAboutLeader => Kind is ChaosKind.RestartLeader or ChaosKind.FailOver or ChaosKind.FreezeLeader;
}

/// <summary>A list of timed faults, drawn from a seed: the same options give the same plan, on every stage.</summary>
public sealed record ChaosPlan(ChaosOptions Options, int Followers, IReadOnlyList<ChaosFault> Faults)
{
    /// <summary>What the plan and its runner keep to, for the report.</summary>
    public const string Rule =
        "One memory at a time: nodes keep their entries in memory, so a process is killed only when every node runs and holds every write acknowledged so far. " +
        "Without this rule, no system that keeps its data in memory could keep what it acknowledged. A leader is killed or frozen only while no other fault is set.";

    private static readonly (ChaosKind Kind, int Weight)[] Weights =
    [
        (ChaosKind.KillFollower, 20), (ChaosKind.FreezeFollower, 18), (ChaosKind.Loss, 16), (ChaosKind.Duplicate, 12), (ChaosKind.OneWayLoss, 14),
        (ChaosKind.Partition, 10), (ChaosKind.RestartLeader, 4), (ChaosKind.FailOver, 3), (ChaosKind.FreezeLeader, 3),
    ];

    public static ChaosPlan Draw(ChaosOptions options, int followers)
    {
        var dice = new SplitMix(options.Seed);
        var faults = new List<ChaosFault>(options.Faults);
        var atMs = 200.0;
        for (var number = 1; number <= options.Faults; number++)
        {
            var kind = number <= Weights.Length && options.Faults >= Weights.Length ? Weights[number - 1].Kind : Pick(dice);
            // Some overlap, and between others there is time in which every write can succeed.
            var lastsMs = Math.Round(options.GapMs * (0.2 + dice.Next()));
            faults.Add(new ChaosFault(number, Math.Round(atMs), lastsMs, kind, (int)(dice.Next() * followers),
                kind == ChaosKind.Partition ? 1 + (int)(dice.Next() * (followers / 2)) : 1, LinkOf(kind, dice)));
            atMs += options.GapMs * (0.4 + 1.2 * dice.Next());
        }

        return new ChaosPlan(options, followers, faults);
    }

    private static ChaosKind Pick(SplitMix dice)
    {
        var point = dice.Next() * Weights.Sum(w => w.Weight);
        foreach (var (kind, weight) in Weights)
            if ((point -= weight) < 0) return kind;
        return Weights[^1].Kind;
    }

    private static LinkFaults? LinkOf(ChaosKind kind, SplitMix dice) => kind switch
    {
        ChaosKind.Loss => new LinkFaults { Request = new() { LossPercent = Percent(dice, 10, 60) }, Answer = new() { LossPercent = Percent(dice, 10, 60) } },
        ChaosKind.Duplicate => new LinkFaults { Request = new() { DuplicatePercent = Percent(dice, 30, 100), JitterMs = Percent(dice, 0, 50) } },
        ChaosKind.OneWayLoss => dice.Next() < 0.5 ? new LinkFaults { Request = DirectionFaults.Deaf } : new LinkFaults { Answer = DirectionFaults.Deaf },
        _ => null,
    };

    private static double Percent(SplitMix dice, double from, double to) => Math.Round(from + (to - from) * dice.Next());

    /// <summary>The plan as lines, for people and for comparing two.</summary>
    public override string ToString() => string.Join('\n', Faults.Select(f => string.Create(CultureInfo.InvariantCulture,
        $"{f.Number,4} {f.AtMs,8:0} ms  {f.Kind} follower {f.Pick}{(f.Width > 1 ? $" and {f.Width - 1} more" : "")} for {f.LastsMs:0} ms{(f.Link is null ? "" : $": {f.Link.Describe()}")}")));

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine and in every version of .NET, which <see cref="Random"/> does not promise.</summary>
    private sealed class SplitMix(long seed)
    {
        private ulong _state = unchecked((ulong)seed);

        /// <summary>0 ≤ x &lt; 1.</summary>
        public double Next()
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return ((z ^ (z >> 31)) >> 11) / (double)(1UL << 53);
        }
    }
}
