using CsCheck;
using KvLab.Core.Analysis;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using MathNet.Numerics;
using MathNet.Numerics.Integration;
using Xunit;

namespace KvLab.Tests.Analysis;

[Trait("Category", "Unit")]
public sealed class OrderStatisticsTests
{
    private static readonly DelayShape Seeds = new(DelayDistribution.Uniform, 0.1, 1000);

    public static TheoryData<int, int> AllPairs => new(ReferenceFigures.Uniform.Select(r => (r.N, r.Q)));

    private static ReferenceRow Row(int n, int q) => ReferenceFigures.Uniform.Single(r => r.N == n && r.Q == q);

    [Fact]
    public void The_reference_has_every_pair_up_to_10() => Assert.Equal(55, ReferenceFigures.Uniform.Select(r => (r.N, r.Q)).Distinct().Count());

    /// <summary>The file's figures are rounded to 6 decimals.</summary>
    [Theory]
    [MemberData(nameof(AllPairs))]
    public void Uniform_agrees_with_the_reference(int n, int q)
    {
        var row = Row(n, q);
        Near(row.MeanMs, OrderStatistics.MeanMs(Seeds, n, q));
        Near(row.SdMs, OrderStatistics.StandardDeviationMs(Seeds, n, q));
        Near(row.P50Ms, OrderStatistics.QuantileMs(Seeds, n, q, 0.5));
        Near(row.P90Ms, OrderStatistics.QuantileMs(Seeds, n, q, 0.9));
        Near(row.P95Ms, OrderStatistics.QuantileMs(Seeds, n, q, 0.95));
        Near(row.P99Ms, OrderStatistics.QuantileMs(Seeds, n, q, 0.99));
        Near(row.P999Ms, OrderStatistics.QuantileMs(Seeds, n, q, 0.999));
        Near(row.UnitMean, OrderStatistics.MeanMs(new DelayShape(DelayDistribution.Uniform, 0, 1), n, q));
        Near(row.UnitSd, OrderStatistics.StandardDeviationMs(new DelayShape(DelayDistribution.Uniform, 0, 1), n, q));

        static void Near(double expected, double actual) => Assert.InRange(actual, expected - 1e-6, expected + 1e-6);
    }

    [Theory]
    [MemberData(nameof(AllPairs))]
    public void Exponential_mean_agrees_with_the_reference(int n, int q) =>
        Assert.InRange(OrderStatistics.MeanMs(new DelayShape(DelayDistribution.Exponential, 0, 2), n, q), Row(n, q).ExponentialUnitMean - 1e-6, Row(n, q).ExponentialUnitMean + 1e-6);

    /// <summary>
    /// E[D^k] = n!/((w−1)!(n−w)!) ∫ Q(u)^k u^(w−1) (1−u)^(n−w) du, integrated piece by piece in s with 1 − u = e^(−t), t = s³, which shares no step
    /// with the closed forms and the quadrature under test. Relative error of the integral: below 1e-6 (second moment of Pareto: 1e-3, its tail is cut at e^(−60)).
    /// </summary>
    [Theory]
    [MemberData(nameof(Combinations))]
    public void Mean_and_spread_agree_with_an_independent_integral(DelayDistribution distribution, int n, int w)
    {
        var shape = new DelayShape(distribution, 2, 100);
        var logWeight = SpecialFunctions.FactorialLn(n) - SpecialFunctions.FactorialLn(w - 1) - SpecialFunctions.FactorialLn(n - w);
        var end = Math.Cbrt(60);
        double Moment(int k) => Enumerable.Range(0, 600).Sum(piece => GaussLegendreRule.Integrate(s =>
        {
            var t = s * s * s;
            var u = -double.ExpM1(-t);
            // Near 1 the quantile's argument rounds; e^(−t) itself does not, so the shapes with a tail are written with it.
            var d = distribution switch
            {
                DelayDistribution.Exponential => shape.MinMs + (shape.HalfRange * t),
                DelayDistribution.Pareto => shape.MinMs + (shape.ParetoScale * (Math.Exp(t / DelayShape.ParetoAlpha) - 1)),
                _ => shape.Quantile(Math.Clamp(u, 1e-300, 1 - 1e-16)),
            };
            return Math.Exp(logWeight - ((n - w + 1) * t)) * Math.Pow(u, w - 1) * Math.Pow(d, k) * 3 * s * s;
        }, piece * end / 600, (piece + 1) * end / 600, 12));

        var mean = Moment(1);
        var sd = Math.Sqrt(Math.Max(0, Moment(2) - (mean * mean)));
        Assert.InRange(OrderStatistics.MeanMs(shape, n, w) / mean, 1 - 1e-5, 1 + 1e-5);
        if (shape.IsDegenerate) Assert.Equal(0, OrderStatistics.StandardDeviationMs(shape, n, w));
        else Assert.InRange(OrderStatistics.StandardDeviationMs(shape, n, w) / sd, 1 - 1e-3, 1 + 1e-3);
    }

    public static TheoryData<DelayDistribution, int, int> Combinations
    {
        get
        {
            var data = new TheoryData<DelayDistribution, int, int>();
            // Followers in regions are not of one shape; RegionDelayTests has their theory.
            foreach (var distribution in Enum.GetValues<DelayDistribution>().Except([DelayDistribution.Regions]))
            {
                foreach (var (n, w) in new[] { (1, 1), (3, 1), (3, 2), (3, 3), (5, 1), (5, 3), (5, 5), (10, 7), (15, 15) }) data.Add(distribution, n, w);
            }

            return data;
        }
    }

    /// <summary>Draws of the real schedule, sorted; 20,000 writes. The mean must lie within 4 standard errors of the prediction.</summary>
    [Theory]
    [InlineData(DelayDistribution.Uniform)]
    [InlineData(DelayDistribution.Exponential)]
    [InlineData(DelayDistribution.Lognormal)]
    [InlineData(DelayDistribution.Pareto)]
    public void Prediction_fits_the_schedule_that_the_leader_uses(DelayDistribution distribution)
    {
        const int writes = 20_000, n = 5;
        var settings = new LiveSettings { Distribution = distribution, MinDelayMs = 0.1, MaxDelayMs = 1000 };
        var sums = new double[n];
        for (var version = 1; version <= writes; version++)
        {
            var sorted = Enumerable.Range(1, n).Select(f => DelaySchedule.DelayMs(settings, version, $"follower-{f}")).Order().ToArray();
            for (var i = 0; i < n; i++) sums[i] += sorted[i];
        }

        for (var w = 1; w <= n; w++)
        {
            var shape = DelayShape.Of(settings);
            var error = OrderStatistics.StandardDeviationMs(shape, n, w) / Math.Sqrt(writes);
            Assert.InRange(sums[w - 1] / writes, OrderStatistics.MeanMs(shape, n, w) - (4 * error), OrderStatistics.MeanMs(shape, n, w) + (4 * error));
        }
    }

    private static readonly Gen<(DelayShape Shape, int N, int W)> Any =
        from shape in Gen.Select(Gen.Enum<DelayDistribution>().Where(d => d != DelayDistribution.Regions), Gen.Double[0, 100], Gen.Double[1, 1000])
        from n in Gen.Int[1, 15]
        from w in Gen.Int[1, n]
        select (new DelayShape(shape.Item1, shape.Item2, shape.Item2 + shape.Item3), n, w);

    [Fact]
    public void Cdf_undoes_Quantile() => Gen.Select(Any.Where(a => !a.Shape.IsDegenerate), Gen.Double[0.001, 0.999]).Sample((a, p) =>
        Math.Abs(OrderStatistics.Cdf(a.Shape, a.N, a.W, OrderStatistics.QuantileMs(a.Shape, a.N, a.W, p)) - p) < 1e-6, iter: 2000);

    [Fact]
    public void Means_rise_with_W_and_fall_with_N() => Any.Where(a => !a.Shape.IsDegenerate).Sample(a =>
    {
        Assert.True(OrderStatistics.MeanMs(a.Shape, a.N + 1, a.W) < OrderStatistics.MeanMs(a.Shape, a.N, a.W));
        Assert.True(OrderStatistics.MeanMs(a.Shape, a.N + 1, a.W + 1) > OrderStatistics.MeanMs(a.Shape, a.N, a.W));
    });

    /// <summary>The N order statistics are the N delays in another order, so their means add up to N times the mean.</summary>
    [Fact]
    public void Means_over_all_W_add_up_to_N_times_the_mean_delay() => Any.Sample(a =>
    {
        var sum = Enumerable.Range(1, a.N).Sum(w => OrderStatistics.MeanMs(a.Shape, a.N, w));
        return Math.Abs(sum - (a.N * a.Shape.MeanMs)) < 1e-6 * sum;
    });

    [Theory]
    [InlineData(DelayDistribution.Uniform)]
    [InlineData(DelayDistribution.Pareto)]
    public void W_zero_waits_for_nothing(DelayDistribution distribution)
    {
        var shape = new DelayShape(distribution, 5, 10);
        Assert.Equal((0, 0, 0, 1), (OrderStatistics.MeanMs(shape, 5, 0), OrderStatistics.StandardDeviationMs(shape, 5, 0), OrderStatistics.QuantileMs(shape, 5, 0, 0.99), OrderStatistics.Cdf(shape, 5, 0, 0)));
        Assert.Equal(0, OrderStatistics.MeanMs(shape, 0, 0));
    }

    [Fact]
    public void A_fixed_delay_has_no_order()
    {
        var shape = new DelayShape(DelayDistribution.Fixed, 10, 30);
        Assert.Equal((20, 0, 20), (OrderStatistics.MeanMs(shape, 5, 4), OrderStatistics.StandardDeviationMs(shape, 5, 4), OrderStatistics.QuantileMs(shape, 5, 1, 0.01)));
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(3, -1)]
    public void Impossible_quorums_are_refused(int n, int w) => Assert.Throws<ArgumentOutOfRangeException>(() => OrderStatistics.MeanMs(Seeds, n, w));

    [Fact]
    public void The_settings_of_a_cluster_give_the_figures_of_the_readme() =>
        Assert.Equal(50, OrderStatistics.MeanMs(new LiveSettings { WriteQuorum = 3, MinDelayMs = 0, MaxDelayMs = 100 }, followers: 5), 9);
}
