using CsCheck;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Tests.Infrastructure;

namespace KvLab.Tests.Properties;

public sealed record PlannedWrite(double AtMs, int Key);

public sealed record Outage(double FromMs, double ForMs, int Follower);

/// <summary>Everything that one random run of a cluster depends on; the same plan gives the same run.</summary>
public sealed record LabPlan
{
    public int Seed { get; init; }
    public int Followers { get; init; } = 5;
    public required LiveSettings Settings { get; init; }
    public required PlannedWrite[] Writes { get; init; }
    public Outage[] Outages { get; init; } = [];
    public Roughness Roughness { get; init; } = Roughness.None;
    public NetworkOptions Network { get; init; } = new();

    public override string ToString() =>
        $"seed {Seed}: {Writes.Length} writes, {Followers} followers, {Settings}, {Roughness}, {Network}, "
        + $"writes [{string.Join("; ", Writes.Select(w => $"{w.AtMs:0.##} k{w.Key}"))}], "
        + $"outages [{string.Join("; ", Outages.Select(o => $"{o.FromMs:0.##}+{o.ForMs:0.##} f{o.Follower + 1}"))}]";

    private const double LengthMs = 400;

    /// <summary>Clusters of 1 to 7 followers that lose, repeat and reorder messages, with followers that go and come back.</summary>
    public static readonly Gen<LabPlan> Rough = Make(
        Gen.Select(Gen.Double[0, 0.3], Gen.Double[0, 0.3], Gen.Double[0, 0.4], (request, answer, twice) => new Roughness(request, answer, twice)),
        outages: 3, Gen.Int[0, 2].Select(i => i == 0 ? Delivery.Once : Delivery.AtLeastOnce));

    /// <summary>Everything arrives in the end; failures only delay it.</summary>
    public static readonly Gen<LabPlan> RoughButPersistent = Rough.Select(p => p with { Settings = p.Settings with { Delivery = Delivery.AtLeastOnce } });

    /// <summary>Nothing fails; only delays and interleavings differ.</summary>
    public static readonly Gen<LabPlan> Smooth = Make(Gen.Const(Roughness.None), outages: 0, Gen.Const(Delivery.AtLeastOnce))
        .Select(p => p with { Settings = p.Settings with { ReplicationTimeoutMs = LiveSettings.LongestTimeoutMs } });

    /// <summary>Some followers are down for the whole run, nothing else fails.</summary>
    public static readonly Gen<LabPlan> SomeDead = Gen.Select(Smooth, Gen.Bool.Array[7], (plan, dead) => plan with
    {
        Outages = [.. Enumerable.Range(0, plan.Followers).Where(i => dead[i]).Select(i => new Outage(0, double.PositiveInfinity, i))],
    });

    private static Gen<LabPlan> Make(Gen<Roughness> roughness, int outages, Gen<Delivery> delivery)
    {
        var delays = Gen.Select(Gen.Enum<DelayDistribution>(), Gen.Double[0, 40], Gen.Double[0, 120]);
        var writes = Gen.Select(Gen.Double[0, LengthMs], Gen.Int[0, 2], (at, key) => new PlannedWrite(at, key)).Array[1, 25];
        var network = Gen.Select(Gen.Int[1, 6], Gen.Int[1, 3], (messages, batches) => new NetworkOptions { MaxBatchMessages = messages, MaxBatchesInFlight = batches });
        return
            from n in Gen.Int[1, 7]
            from w in Gen.Int[0, n]
            from parts in Gen.Select(Gen.Int, delays, writes, network, roughness, delivery, Gen.Long, Gen.Int[20, 300])
            from away in Gen.Select(Gen.Double[0, LengthMs], Gen.Double[1, 3 * LengthMs], Gen.Int[0, n - 1], (start, length, f) => new Outage(start, length, f)).Array[0, outages]
            let delay = parts.Item2
            select new LabPlan
            {
                Seed = parts.Item1,
                Followers = n,
                Writes = parts.Item3,
                Network = parts.Item4,
                Roughness = parts.Item5,
                Outages = away,
                Settings = new LiveSettings
                {
                    WriteQuorum = w,
                    Distribution = delay.Item1,
                    MinDelayMs = delay.Item2,
                    MaxDelayMs = delay.Item2 + delay.Item3,
                    Delivery = parts.Item6,
                    Seed = parts.Item7,
                    ReplicationTimeoutMs = parts.Item8,
                },
            };
    }
}
