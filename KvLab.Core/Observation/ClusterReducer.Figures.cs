using System.Collections.Immutable;
using KvLab.Core.Events;
using KvLab.Core.Observation.Figures;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    /// <summary>The least time between two points of the lag series.</summary>
    public const int LagIntervalMs = 500;

    private FigureBook _figures = new();
    private readonly Window<LagPoint> _lags = new(StateLimits.LagPoints);
    private ImmutableSortedDictionary<string, int> _lastLag = ImmutableSortedDictionary<string, int>.Empty;
    private long _lastLagMs = -LagIntervalMs;

    /// <summary>Adds a point only when a follower's lag changed, so that a cluster at rest leaves the series alone.</summary>
    private void SampleLags()
    {
        if (_now.Ms - _lastLagMs < LagIntervalMs) return;
        var followers = _nodes.Values.Where(n => n.Role == NodeRoles.Follower);
        if (_lags.Count > 0 && _lastLag.Count == followers.Count()
            && followers.All(n => _lastLag.TryGetValue(n.Id, out var behind) && behind == n.Behind)) return;
        _lastLag = followers.ToImmutableSortedDictionary(n => n.Id, n => n.Behind, StringComparer.Ordinal);
        if (_lastLag.IsEmpty && _lags.Count == 0) return;
        _lastLagMs = _now.Ms;
        _lags.Add(new LagPoint(_now.Seconds, _lastLag));
        _changed = true;
    }

    /// <summary>Whatever may have changed them: settings, followers, storage.</summary>
    private void FollowConditions()
    {
        if (_settings is not null) _figures.Begin(Conditions(_settings), _now.Utc, PredictedMean);
    }

    /// <summary>A node that has not introduced itself yet takes no part in any write.</summary>
    private FigureConditions Conditions(LiveSettings settings)
    {
        var nodes = _nodes.Values.Where(n => n.Ledger.Incarnation is not null).ToArray();
        return new FigureConditions(
            settings with { DelayOrigin = 0 }, Math.Max(0, nodes.Length - 1),
            string.Join(", ", nodes.Select(n => n.Storage).Distinct().Order(StringComparer.Ordinal)));
    }

    private double? PredictedMean() =>
        _settings is { } settings && Conditions(settings).Followers is var followers && settings.WriteQuorum <= settings.LargestQuorum(followers)
            ? predictMeanMs(settings, followers)
            : null;

    private void CountRefusal(NodeEvent e)
    {
        var write = _writes.GetValueOrDefault(e.EntryVersion);
        if (write?.Forgotten == true) return;
        (write?.Period ?? _figures.Current).Refused();
        _figures.Touch();
    }

    private Kpis ViewKpis(double rate)
    {
        var dropped = _nodes.Values.Sum(n => n.Ledger.Dropped) + _dashboardLedger.Dropped;
        var (now, latency) = (_figures.Current, _figures.Current.Latency);
        return new Kpis(
            now.Writes, now.Success, now.Partial, now.RefusedStale, _inFlight, _pendingDeliveries, latency.MeanMs, latency.P50Ms, latency.P95Ms, latency.P99Ms, rate, dropped)
        {
            Over = latency.Over,
        };
    }
}
