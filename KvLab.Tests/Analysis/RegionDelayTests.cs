using KvLab.Core.Analysis;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Analysis;

[Trait("Category", "Unit")]
public sealed class RegionDelayTests
{
    private static readonly LiveSettings Regions = new() { Distribution = DelayDistribution.Regions, MinDelayMs = 0, MaxDelayMs = 0 };
    private static readonly DelayShape Shape = DelayShape.Of(Regions);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    [InlineData(3, 40)]
    [InlineData(4, 90)]
    [InlineData(5, 160)]
    public void With_five_followers_W_is_the_region_that_a_client_waits_for(int w, double ms)
    {
        Assert.Equal(ms, OrderStatistics.MeanMs(Regions with { WriteQuorum = w }, 5), 9);
        Assert.Equal(0.2 * ms / Math.Sqrt(12), OrderStatistics.StandardDeviationMs(Shape, 5, w), 9);
        Assert.Equal((0.0, 1.0), (OrderStatistics.Cdf(Shape, 5, w, 0.899 * ms), OrderStatistics.Cdf(Shape, 5, w, 1.101 * ms)));
        Assert.Equal(0.98 * ms, OrderStatistics.QuantileMs(Shape, 5, w, 0.4), 9);
    }

    /// <summary>Draws of the real schedule, sorted; 20,000 writes. The mean must lie within 4 standard errors of the prediction.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(15)]
    public void The_prediction_is_the_mean_of_what_is_drawn_however_many_followers_there_are(int n)
    {
        const int writes = 20_000;
        var sums = new double[n];
        for (var version = 1; version <= writes; version++)
        {
            var sorted = Enumerable.Range(0, n).Select(place => DelaySchedule.DelayMs(Regions, version, $"follower-{place + 1}", place: place)).Order().ToArray();
            for (var w = 0; w < n; w++) sums[w] += sorted[w];
        }

        for (var w = 1; w <= n; w++)
        {
            var error = 4 * OrderStatistics.StandardDeviationMs(Shape, n, w) / Math.Sqrt(writes);
            Assert.InRange(sums[w - 1] / writes, OrderStatistics.MeanMs(Shape, n, w) - error, OrderStatistics.MeanMs(Shape, n, w) + error);
        }
    }

    [Fact]
    public void Every_delay_is_within_a_tenth_of_its_region_and_the_sixth_follower_stands_where_the_first_does()
    {
        for (var place = 0; place < 12; place++)
            for (var version = 1; version <= 500; version++)
                Assert.InRange(DelaySchedule.DelayMs(Regions, version, $"f{place}", place: place) / RegionDelays.Ms[place % 5], 0.9, 1.1);
    }

    [Fact]
    public void A_follower_drawn_by_chance_is_in_any_of_the_regions()
    {
        Assert.Equal(59.2, Shape.MeanMs, 9);
        Assert.Equal(Shape.MeanMs, Enumerable.Range(0, 100_000).Average(i => Shape.Quantile((i + 0.5) / 100_000)), 3);
        foreach (var u in new[] { 0.05, 0.21, 0.5, 0.77, 0.99 }) Assert.Equal(u, Shape.Cdf(Shape.Quantile(u)), 9);
    }
}
