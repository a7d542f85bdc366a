using KvLab.Core.Network;
using KvLab.Core.Settings;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace KvLab.Core.Analysis;

/// <summary>
/// What theory says about a write's latency: with N independent delays of one shape, the leader answers at the W-th smallest of them, the
/// order statistic D(W:N). All figures are in ms, for the delay alone; a real write adds the overhead of its machine.
/// </summary>
/// <remarks>
/// If U(W:N) is the W-th smallest of N uniform numbers, U(W:N) ~ Beta(W, N − W + 1) and D(W:N) = Q(U(W:N)) with the shape's
/// quantile function Q. Source: David and Nagaraja, Order Statistics, 3rd ed., sections 2.1–2.5 and 3.1.
/// W = 0 answers at once: every figure is 0.
/// </remarks>
public static class OrderStatistics
{
    /// <summary>The exact mean latency for a cluster's settings, in ms.</summary>
    public static double MeanMs(LiveSettings settings, int followers) => MeanMs(DelayShape.Of(settings), followers, Math.Min(settings.FollowerAcks(), followers));

    /// <summary>The same, for an observer, which may have no prediction.</summary>
    public static double? PredictedMeanMs(LiveSettings settings, int followers) => MeanMs(settings, followers);

    /// <summary>E[D(W:N)] in ms. Uniform: a + (b − a)W/(N + 1). Exponential: a + m(H(N) − H(N − W)).</summary>
    /// <param name="n">N, ≥ 1 unless <paramref name="w"/> is 0.</param>
    /// <param name="w">W, 0 … N.</param>
    public static double MeanMs(DelayShape shape, int n, int w)
    {
        if (Trivial(shape, n, w) is { } known) return known;
        if (InRegion(ref shape, ref n, ref w)) return MeanMs(shape, n, w);
        return shape.Distribution switch
        {
            DelayDistribution.Uniform => shape.MinMs + (shape.MaxMs - shape.MinMs) * w / (n + 1),
            DelayDistribution.Exponential => shape.MinMs + shape.HalfRange * InversePowers(n, w, 1),
            DelayDistribution.Pareto => shape.MinMs + shape.ParetoScale * (ParetoMoment(n, w, 1) - 1),
            _ => shape.MinMs + LognormalMoment(shape, n, w, 1),
        };
    }

    /// <summary>The standard deviation of D(W:N) in ms.</summary>
    public static double StandardDeviationMs(DelayShape shape, int n, int w)
    {
        if (Trivial(shape, n, w) is not null) return 0;
        if (InRegion(ref shape, ref n, ref w)) return StandardDeviationMs(shape, n, w);
        var range = shape.MaxMs - shape.MinMs;
        var variance = shape.Distribution switch
        {
            DelayDistribution.Uniform => range * range * w * (n + 1 - w) / ((n + 1.0) * (n + 1.0) * (n + 2.0)),
            DelayDistribution.Exponential => shape.HalfRange * shape.HalfRange * InversePowers(n, w, 2),
            DelayDistribution.Pareto => shape.ParetoScale * shape.ParetoScale * (ParetoMoment(n, w, 2) - Math.Pow(ParetoMoment(n, w, 1), 2)),
            _ => LognormalMoment(shape, n, w, 2) - Math.Pow(LognormalMoment(shape, n, w, 1), 2),
        };
        return Math.Sqrt(Math.Max(0, variance));
    }

    /// <summary>P(D(W:N) ≤ x) = I(F(x); W, N − W + 1), the probability that at least W of N delays are at most x.</summary>
    public static double Cdf(DelayShape shape, int n, int w, double ms)
    {
        if (Trivial(shape, n, w) is { } known) return ms >= known ? 1 : 0;
        if (InRegion(ref shape, ref n, ref w)) return Cdf(shape, n, w, ms);
        var probability = shape.Cdf(ms);
        return probability <= 0 ? 0 : probability >= 1 ? 1 : SpecialFunctions.BetaRegularized(w, n - w + 1, probability);
    }

    /// <summary>The latency in ms that is not exceeded with probability <paramref name="p"/>.</summary>
    /// <param name="p">In (0, 1).</param>
    public static double QuantileMs(DelayShape shape, int n, int w, double p) =>
        Trivial(shape, n, w) ?? (InRegion(ref shape, ref n, ref w) ? QuantileMs(shape, n, w, p) : shape.Quantile(Beta.InvCDF(w, n - w + 1, p)));

    /// <summary>Followers in regions are not of one shape, but those of one region are, and the W-th ack comes from one region for certain (<see cref="RegionDelays.Of"/>).</summary>
    private static bool InRegion(ref DelayShape shape, ref int n, ref int w)
    {
        if (shape.Distribution != DelayDistribution.Regions) return false;
        (shape, n, w) = RegionDelays.Of(n, w);
        return true;
    }

    /// <summary>The value of a D(W:N) that is one number: nothing to wait for, or no spread.</summary>
    private static double? Trivial(DelayShape shape, int n, int w)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(w);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(w, n);
        return w == 0 ? 0 : shape.IsDegenerate ? shape.MeanMs : null;
    }

    /// <summary>Σ 1/i^power for i = N − W + 1 … N: by Rényi's representation the exponential D(W:N) is a sum of independent spacings with means 1/i.</summary>
    private static double InversePowers(int n, int w, int power)
    {
        var sum = 0.0;
        for (var i = n - w + 1; i <= n; i++) sum += Math.Pow(i, -power);
        return sum;
    }

    /// <summary>E[(1 − U)^(−k/α)] with 1 − U ~ Beta(N − W + 1, W); finite because N − W + 1 ≥ 1 > k/α for k ≤ 2.</summary>
    private static double ParetoMoment(int n, int w, int k)
    {
        var shift = k / DelayShape.ParetoAlpha;
        return Math.Exp(
            SpecialFunctions.GammaLn(n - w + 1 - shift) + SpecialFunctions.GammaLn(n + 1)
            - SpecialFunctions.GammaLn(n - w + 1) - SpecialFunctions.GammaLn(n + 1 - shift));
    }

    /// <summary>
    /// E[(D(W:N) − a)^k] by quadrature over z = Φ⁻¹(u). The integrand is analytic and vanishes at both ends faster than any power, where the
    /// trapezoidal rule converges geometrically: with this step the error is far below 1e-9 of the value.
    /// </summary>
    private static double LognormalMoment(DelayShape shape, int n, int w, int k)
    {
        const double from = -14, to = 18, step = 1 / 64.0;
        var logWeight = SpecialFunctions.GammaLn(n + 1) - SpecialFunctions.GammaLn(w) - SpecialFunctions.GammaLn(n - w + 1);
        var sum = 0.0;
        for (var z = from; z <= to; z += step)
        {
            var below = Normal.CDF(0, 1, z);
            var above = Normal.CDF(0, 1, -z);
            var density = Math.Exp(logWeight) * Math.Pow(below, w - 1) * Math.Pow(above, n - w) * Normal.PDF(0, 1, z);
            sum += density * Math.Exp(k * DelayShape.LognormalSigma * z);
        }

        var median = Math.Exp(Math.Log(shape.HalfRange) - DelayShape.LognormalSigma * DelayShape.LognormalSigma / 2);
        return Math.Pow(median, k) * sum * step;
    }
}
