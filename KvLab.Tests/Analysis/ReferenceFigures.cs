using System.Text.Json;
using System.Text.Json.Serialization;

namespace KvLab.Tests.Analysis;

/// <summary>One row of Reference/order-statistics.json: the latency of the q-th of n delays, U(0.1, 1000) ms.</summary>
public sealed record ReferenceRow(
    [property: JsonPropertyName("n")] int N,
    [property: JsonPropertyName("q")] int Q,
    [property: JsonPropertyName("unit_mean")] double UnitMean,
    [property: JsonPropertyName("unit_sd")] double UnitSd,
    [property: JsonPropertyName("mean_ms")] double MeanMs,
    [property: JsonPropertyName("sd_ms")] double SdMs,
    [property: JsonPropertyName("p50_ms")] double P50Ms,
    [property: JsonPropertyName("p90_ms")] double P90Ms,
    [property: JsonPropertyName("p95_ms")] double P95Ms,
    [property: JsonPropertyName("p99_ms")] double P99Ms,
    [property: JsonPropertyName("p99.9_ms")] double P999Ms,
    [property: JsonPropertyName("exp_unit_mean")] double ExponentialUnitMean);

/// <summary>Figures that were computed elsewhere, by another program.</summary>
public static class ReferenceFigures
{
    public static IReadOnlyList<ReferenceRow> Uniform { get; } = Read();

    private static List<ReferenceRow> Read()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Reference", "order-statistics.json"));
        return JsonDocument.Parse(file).RootElement.GetProperty("uniform").Deserialize<List<ReferenceRow>>()!;
    }
}
