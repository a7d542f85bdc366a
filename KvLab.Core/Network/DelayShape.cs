using KvLab.Core.Settings;
using MathNet.Numerics.Distributions;

namespace KvLab.Core.Network;

/// <summary>
/// The probability distribution of one delay, in ms, with a = <see cref="MinMs"/>, b = <see cref="MaxMs"/> and m = (b − a) / 2.
/// Every shape has mean a + m. Its quantile function makes draws out of uniform numbers, and the same function gives
/// the exact predictions, so drawing and predicting cannot disagree.
/// </summary>
/// <remarks>
/// Quantiles: uniform a + (b − a)u; fixed a + m; exponential a − m ln(1 − u); lognormal a + exp(ln m − σ²/2 + σΦ⁻¹(u)) with σ = 1;
/// Pareto II (Lomax) a + λ((1 − u)^(−1/α) − 1) with α = 3, λ = m(α − 1).
/// Source of the forms: Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions, vol. 1.
/// </remarks>
public sealed record DelayShape(DelayDistribution Distribution, double MinMs, double MaxMs)
{
    public const double LognormalSigma = 1;
    public const double ParetoAlpha = 3;

    public static DelayShape Of(LiveSettings settings) => new(settings.Distribution, settings.MinDelayMs, settings.MaxDelayMs);

    public double MeanMs => Distribution == DelayDistribution.Regions ? RegionDelays.MeanMs : MinMs + HalfRange;

    /// <summary>m, the mean above the minimum, in ms.</summary>
    public double HalfRange => (MaxMs - MinMs) / 2;

    /// <summary>λ of the Pareto II shape, in ms.</summary>
    public double ParetoScale => HalfRange * (ParetoAlpha - 1);

    private double LognormalMu => Math.Log(HalfRange) - LognormalSigma * LognormalSigma / 2;

    /// <summary>True where the delay is one number: the fixed shape, or an empty range.</summary>
    public bool IsDegenerate => Distribution == DelayDistribution.Fixed || (Distribution != DelayDistribution.Regions && MaxMs <= MinMs);

    /// <param name="u">Probability in (0, 1).</param>
    /// <returns>The delay in ms that is not exceeded with probability <paramref name="u"/>.</returns>
    public double Quantile(double u) => IsDegenerate ? MeanMs : Distribution switch
    {
        DelayDistribution.Regions => RegionDelays.Quantile(u),
        DelayDistribution.Uniform => MinMs + (MaxMs - MinMs) * u,
        DelayDistribution.Exponential => MinMs - HalfRange * Math.Log(1 - u),
        DelayDistribution.Lognormal => MinMs + Math.Exp(LognormalMu + LognormalSigma * Normal.InvCDF(0, 1, u)),
        DelayDistribution.Pareto => MinMs + ParetoScale * (Math.Pow(1 - u, -1 / ParetoAlpha) - 1),
        _ => throw new InvalidOperationException($"No quantile for {Distribution}."),
    };

    /// <returns>The probability that a delay is at most <paramref name="ms"/>.</returns>
    public double Cdf(double ms)
    {
        if (IsDegenerate) return ms >= MeanMs ? 1 : 0;
        if (Distribution == DelayDistribution.Regions) return RegionDelays.Cdf(ms);
        var above = ms - MinMs;
        if (above <= 0) return 0;
        return Distribution switch
        {
            DelayDistribution.Uniform => Math.Min(1, above / (MaxMs - MinMs)),
            DelayDistribution.Exponential => 1 - Math.Exp(-above / HalfRange),
            DelayDistribution.Lognormal => Normal.CDF(0, 1, (Math.Log(above) - LognormalMu) / LognormalSigma),
            DelayDistribution.Pareto => 1 - Math.Pow(1 + above / ParetoScale, -ParetoAlpha),
            _ => throw new InvalidOperationException($"No distribution function for {Distribution}."),
        };
    }
}
