using System.Text.Json.Serialization;

namespace KvLab.Core.Settings;

/// <summary>
/// The shape of the simulated delay over the range (a, b). All shapes but the last have the same mean, (a + b) / 2, so that changing the
/// shape changes only the spread and the tail. Formulas: DelayShape.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<DelayDistribution>))]
public enum DelayDistribution
{
    /// <summary>U(a, b), the seed's delay.</summary>
    [JsonStringEnumMemberName("uniform")] Uniform,

    /// <summary>Always (a + b) / 2.</summary>
    [JsonStringEnumMemberName("fixed")] Fixed,

    /// <summary>a + Exp with mean (b − a) / 2; unbounded above.</summary>
    [JsonStringEnumMemberName("exponential")] Exponential,

    /// <summary>a + lognormal with σ = 1 and mean (b − a) / 2; unbounded above.</summary>
    [JsonStringEnumMemberName("lognormal")] Lognormal,

    /// <summary>a + Pareto type II (Lomax) with shape α = 3 and mean (b − a) / 2; a heavy tail.</summary>
    [JsonStringEnumMemberName("pareto")] Pareto,

    /// <summary>Near and far: the followers stand in regions, 1, 5, 40, 90 and 160 ms away, each ± 10 %, whatever the range is.</summary>
    [JsonStringEnumMemberName("regions")] Regions,
}
