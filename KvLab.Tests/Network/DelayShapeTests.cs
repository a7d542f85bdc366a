using CsCheck;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using MathNet.Numerics.Integration;
using Xunit;

namespace KvLab.Tests.Network;

[Trait("Category", "Unit")]
public sealed class DelayShapeTests
{
    private static readonly Gen<DelayShape> Shapes = Gen.Select(Gen.Enum<DelayDistribution>().Where(d => d != DelayDistribution.Regions), Gen.Double[0, 1000], Gen.Double[0.001, 5000])
        .Select((distribution, min, range) => new DelayShape(distribution, min, min + range));

    private static readonly Gen<DelayShape> Spread = Shapes.Where(s => !s.IsDegenerate);

    /// <summary>E[D] = ∫ Q(u) du, with the tail's singularity at 1 taken out by u = 1 − e^(−t).</summary>
    [Fact]
    public void Every_shape_has_the_mean_of_its_range() => Shapes.Sample(shape =>
    {
        var mean = GaussLegendreRule.Integrate(_ => 1, 0, 1, 5) * shape.MinMs
            + Enumerable.Range(0, 100).Sum(piece => GaussLegendreRule.Integrate(
                t => (shape.Quantile(Math.Max(-double.ExpM1(-t), double.Epsilon)) - shape.MinMs) * Math.Exp(-t), piece * 0.36, (piece + 1) * 0.36, 20));
        var expected = (shape.MinMs + shape.MaxMs) / 2;
        Assert.Equal(shape.MeanMs, expected, tolerance: 1e-9);
        Assert.True(Math.Abs(mean - expected) < 1e-4 * expected, $"{shape}: {mean} instead of {expected}");
    }, iter: 200);

    [Fact]
    public void Cdf_undoes_Quantile() => Gen.Select(Spread, Gen.Double[0.0001, 0.9999]).Sample((shape, u) => Math.Abs(shape.Cdf(shape.Quantile(u)) - u) < 1e-9);

    [Fact]
    public void Quantile_undoes_Cdf() => Gen.Select(Spread, Gen.Double[0.001, 0.999]).Sample((shape, u) =>
    {
        var ms = shape.Quantile(u);
        return Math.Abs(shape.Quantile(shape.Cdf(ms)) - ms) < 1e-6 * (1 + ms);
    });

    [Fact]
    public void Quantile_rises_and_never_leaves_the_minimum() => Gen.Select(Shapes, Gen.Double[1e-12, 1 - 1e-12], Gen.Double[1e-12, 1 - 1e-12]).Sample((shape, u, v) =>
        shape.Quantile(Math.Min(u, v)) <= shape.Quantile(Math.Max(u, v)) && shape.Quantile(Math.Min(u, v)) >= shape.MinMs);

    [Fact]
    public void Cdf_is_0_below_the_range_and_1_far_above() => Spread.Sample(shape =>
    {
        Assert.Equal(0, shape.Cdf(shape.MinMs - 1));
        Assert.Equal(0, shape.Cdf(shape.MinMs));
        Assert.InRange(shape.Cdf(shape.MinMs + (1e6 * shape.HalfRange)), 0.999999, 1);
    });

    [Fact]
    public void Uniform_never_exceeds_its_maximum_and_the_others_may()
    {
        Assert.True(new DelayShape(DelayDistribution.Uniform, 5, 10).Quantile(1 - 1e-15) <= 10);
        foreach (var distribution in new[] { DelayDistribution.Exponential, DelayDistribution.Lognormal, DelayDistribution.Pareto })
            Assert.True(new DelayShape(distribution, 5, 10).Quantile(0.999) > 10);
    }

    [Fact]
    public void An_empty_range_is_one_number_in_every_shape_that_has_a_range()
    {
        foreach (var distribution in Enum.GetValues<DelayDistribution>().Except([DelayDistribution.Regions]))
        {
            var shape = new DelayShape(distribution, 7, 7);
            Assert.Equal((7.0, 7.0, 0.0, 1.0), (shape.Quantile(0.01), shape.Quantile(0.99), shape.Cdf(6.999), shape.Cdf(7)));
        }
    }

    /// <summary>Variances over (b − a)²: 1/12; ¼; (e − 1)/4; ¼·α/(α − 2) = ¾. The tail is what distinguishes the shapes.</summary>
    [Theory]
    [InlineData(DelayDistribution.Fixed, 0)]
    [InlineData(DelayDistribution.Uniform, 1 / 12.0)]
    [InlineData(DelayDistribution.Exponential, 0.25)]
    [InlineData(DelayDistribution.Lognormal, (Math.E - 1) / 4)]
    [InlineData(DelayDistribution.Pareto, 0.75)]
    public void Variance_is_the_stated_one(DelayDistribution distribution, double expected) =>
        Assert.Equal(expected, Math.Pow(Core.Analysis.OrderStatistics.StandardDeviationMs(new DelayShape(distribution, 3, 4), 1, 1), 2), 8);
}
