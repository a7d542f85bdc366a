using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Core.Observation.Figures;

/// <summary>Counts and latencies of the writes that began under one set of settings. They may be answered after the next has begun.</summary>
internal sealed partial class FigurePeriod(FigureConditions? conditions, DateTimeOffset since, double? predictedMeanMs)
{
    private readonly Window<double> _latencies = new(StateLimits.LatencyPoints);
    private LatencyFigures? _latency;
    private SettingsFigures? _view;

    /// <summary>Null before any settings are known.</summary>
    public FigureConditions? Conditions { get; } = conditions;

    public long Writes { get; private set; }
    public long Success { get; private set; }
    public long Partial { get; private set; }
    public long RefusedStale { get; private set; }

    public bool IsEmpty => Writes == 0 && Success == 0 && Partial == 0 && RefusedStale == 0;

    public void Accepted(int writes = 1)
    {
        Writes += writes;
        _view = null;
    }

    /// <param name="elapsedMs">Null where nobody reported it.</param>
    public void Answered(bool success, double? elapsedMs)
    {
        if (success) Success++;
        else Partial++;
        if (elapsedMs is { } ms) _latencies.Add(ms);
        (_view, _latency) = (null, null);
    }

    public void Refused()
    {
        RefusedStale++;
        _view = null;
    }

    public LatencyFigures Latency => _latency ??= Measure();

    /// <summary>Only where conditions are known.</summary>
    public SettingsFigures View() => _view ??= new SettingsFigures(Conditions!, since, Writes, Success, Partial, RefusedStale, Latency, predictedMeanMs);

    private LatencyFigures Measure()
    {
        if (_latencies.Count == 0) return LatencyFigures.None;
        var sorted = _latencies.ToArray();
        var mean = sorted.Average();
        Array.Sort(sorted);
        return new LatencyFigures(sorted.Length, mean, Percentiles.Of(sorted, 0.50), Percentiles.Of(sorted, 0.95), Percentiles.Of(sorted, 0.99));
    }
}
