using KvLab.Core.Observation.Series;
using KvLab.Core.Settings;

namespace KvLab.Core.Observation.Snapshots;

/// <summary>What figures of writes depend on; figures of two conditions are never mixed.</summary>
/// <param name="Settings">Without <see cref="LiveSettings.DelayOrigin"/>: the schedule that begins again is the same schedule.</param>
/// <param name="Followers">N.</param>
/// <param name="Storage">"memory", or "memory, sqlite" where nodes differ.</param>
public sealed record FigureConditions(LiveSettings Settings, int Followers, string Storage);

/// <summary>Latency figures are over the latest <see cref="StateLimits.LatencyPoints"/> answers.</summary>
/// <param name="Over">How many answers they are over.</param>
public sealed record LatencyFigures(int Over, double? MeanMs, double? P50Ms, double? P95Ms, double? P99Ms)
{
    public static readonly LatencyFigures None = new(0, null, null, null, null);
}

/// <summary>The figures of the writes that began under one set of settings.</summary>
/// <param name="Since">When these settings came into force (for the first of these writes).</param>
/// <param name="PredictedMeanMs">The exact mean that the delays imply, without the machine's overhead; null where there is none.</param>
public sealed record SettingsFigures(
    FigureConditions Conditions, DateTimeOffset Since, long Writes, long Success, long Partial, long RefusedStale, LatencyFigures Latency, double? PredictedMeanMs);

/// <param name="Current">Null before any settings are known.</param>
/// <param name="Before">Of settings under which there were writes, newest first, at most <see cref="StateLimits.FiguresBefore"/>.</param>
/// <param name="BeforeDropped">Older ones that are kept no more.</param>
public sealed record FiguresView(SettingsFigures? Current, IReadOnlyList<SettingsFigures> Before, int BeforeDropped)
{
    public static readonly FiguresView Empty = new(null, [], 0);
}
