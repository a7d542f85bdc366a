using CsCheck;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Network;

[Trait("Category", "Unit")]
public sealed class DelayScheduleTests
{
    /// <summary>
    /// Golden values: recorded experiments and lessons name seeds, so another algorithm must be a decision, not an accident. Computed by an
    /// independent implementation in Python, from the description at <see cref="DelaySchedule.Uniform"/>.
    /// </summary>
    [Theory]
    [MemberData(nameof(Golden))]
    public void The_same_inputs_give_the_same_number_for_ever(long seed, long version, string follower, int attempt, double expected) =>
        Assert.Equal(expected, DelaySchedule.Uniform(seed, version, follower, attempt), 15);

    public static TheoryData<long, long, string, int, double> Golden => new()
    {
        { 42L, 1L, "follower-1", 1, 0.7943196853417602 },
        { 42L, 1L, "follower-2", 1, 0.3067646867872495 },
        { 42L, 2L, "follower-1", 1, 0.2863919508398853 },
        { 42L, 1L, "follower-1", 2, 0.674196805281227 },
        { 0L, 1L, "follower-1", 1, 0.39382314024954107 },
        { -1L, long.MaxValue, "follower-15", -3, 0.1384212615841603 },
        { 7L, 123456L, "é", 1, 0.1857974237849444 },
    };

    [Theory]
    [InlineData(DelayDistribution.Uniform)]
    [InlineData(DelayDistribution.Fixed)]
    [InlineData(DelayDistribution.Exponential)]
    [InlineData(DelayDistribution.Lognormal)]
    [InlineData(DelayDistribution.Pareto)]
    public void The_delay_is_the_shapes_quantile_of_that_number(DelayDistribution distribution)
    {
        var settings = new LiveSettings { Distribution = distribution, MinDelayMs = 3, MaxDelayMs = 40, Seed = 8 };
        Assert.Equal(DelayShape.Of(settings).Quantile(DelaySchedule.Uniform(8, 5, "follower-2", 1)), DelaySchedule.DelayMs(settings, 5, "follower-2"));
    }

    [Fact]
    public void A_number_depends_on_nothing_but_its_own_inputs() =>
        Gen.Select(Gen.Long, Gen.Long[1, 100_000], Gen.Int[1, 15], Gen.Int[1, 5]).Array[2, 20].Sample(inputs =>
        {
            double Draw((long, long, int, int) i) => DelaySchedule.Uniform(i.Item1, i.Item2, $"follower-{i.Item3}", i.Item4);
            var forwards = inputs.Select(Draw).ToList();
            Assert.Equal(forwards, inputs.Reverse().Select(Draw).Reverse());
        });

    [Fact]
    public void A_number_lies_strictly_between_0_and_1() =>
        Gen.Select(Gen.Long, Gen.Long, Gen.String, Gen.Int).Sample((seed, version, follower, attempt) =>
            DelaySchedule.Uniform(seed, version, follower, attempt) is > 0 and < 1, iter: 10_000);

    /// <summary>One number out of four is changed by one: seed, version, follower or attempt; the delays then have nothing to do with each other.</summary>
    [Theory]
    [InlineData(1, 0, 0, 0)]
    [InlineData(0, 1, 0, 0)]
    [InlineData(0, 0, 1, 0)]
    [InlineData(0, 0, 0, 1)]
    public void Neighbours_are_uncorrelated(int seed, int version, int follower, int attempt)
    {
        const int count = 20_000;
        var pairs = Enumerable.Range(1, count).Select(v => (
            X: DelaySchedule.Uniform(42, v, "follower-1", 1) - 0.5,
            Y: DelaySchedule.Uniform(42 + seed, v + version, $"follower-{1 + follower}", 1 + attempt) - 0.5));
        var correlation = pairs.Average(p => p.X * p.Y) * 12;
        // 4.5 standard errors of 1/√n; the inputs are fixed, so this is no lottery.
        Assert.InRange(correlation, -4.5 / Math.Sqrt(count), 4.5 / Math.Sqrt(count));
    }

    public static TheoryData<DelayDistribution, long> Draws => new MatrixTheoryData<DelayDistribution, long>(
        [DelayDistribution.Uniform, DelayDistribution.Exponential, DelayDistribution.Lognormal, DelayDistribution.Pareto], [1, 42, -7]);

    /// <summary>Kolmogorov and Smirnov: the largest distance between the drawn and the stated distribution function, at the level 0.001.</summary>
    [Theory]
    [MemberData(nameof(Draws))]
    public void Draws_follow_the_stated_distribution(DelayDistribution distribution, long seed)
    {
        const int versions = 4000;
        string[] followers = ["follower-1", "follower-2", "follower-3", "follower-4", "follower-5"];
        var settings = new LiveSettings { Distribution = distribution, MinDelayMs = 0.1, MaxDelayMs = 1000, Seed = seed };
        var shape = DelayShape.Of(settings);
        var levels = Enumerable.Range(1, versions).SelectMany(v => followers.Select(f => shape.Cdf(DelaySchedule.DelayMs(settings, v, f)))).Order().ToList();

        var distance = levels.Select((level, i) => Math.Max(((i + 1.0) / levels.Count) - level, level - ((double)i / levels.Count))).Max();
        Assert.True(distance < 1.9495 / Math.Sqrt(levels.Count), $"Distance {distance} with {levels.Count} draws.");
    }

    [Fact]
    public void Settings_other_than_seed_and_shape_do_not_change_a_delay()
    {
        var settings = new LiveSettings { Seed = 3 };
        var other = settings with
        {
            WriteQuorum = 0,
            ReplicationTimeoutMs = 1,
            Versioning = VersioningMode.Naive,
            Delivery = Delivery.Once,
            OnShortfall = OnShortfall.Error,
        };
        Assert.Equal(DelaySchedule.DelayMs(settings, 17, "follower-3"), DelaySchedule.DelayMs(other, 17, "follower-3"));
    }
}
