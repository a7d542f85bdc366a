using System.Collections.Immutable;
using KvLab.Web.State;

namespace KvLab.Web.Ingest;

public sealed partial class ClusterReducer
{
    /// <summary>The least time between two points of the lag series.</summary>
    public const int LagIntervalMs = 500;

    private readonly Window<LagPoint> _lags = new(StateLimits.LagPoints);
    private ImmutableDictionary<string, int> _lastLag = ImmutableDictionary<string, int>.Empty;
    private long _lastLagMs = -LagIntervalMs;

    /// <summary>Adds a point only when a follower's lag changed, so that a cluster at rest leaves the series alone.</summary>
    private void SampleLags(long nowMs)
    {
        if (nowMs - _lastLagMs < LagIntervalMs) return;
        var followers = _nodes.Values.Where(n => n.Role == NodeRoles.Follower);
        if (_lags.Count > 0 && _lastLag.Count == followers.Count()
            && followers.All(n => _lastLag.TryGetValue(n.Id, out var behind) && behind == n.Behind)) return;
        _lastLag = followers.ToImmutableDictionary(n => n.Id, n => n.Behind);
        if (_lastLag.IsEmpty && _lags.Count == 0) return;
        _lastLagMs = nowMs;
        _lags.Add(new LagPoint(nowMs / 1000.0, _lastLag));
        _changed = true;
    }

    private Kpis ViewKpis(double rate)
    {
        var dropped = _nodes.Values.Sum(n => n.Ledger.Dropped) + _dashboardLedger.Dropped;
        var kpis = new Kpis(_written, _succeeded, _partial, _refused, _inFlight, _pendingDeliveries, null, null, null, null, rate, dropped);
        if (_latencies.Count == 0) return kpis;
        var sorted = _latencies.View().Select(p => p.ElapsedMs).ToArray();
        var mean = sorted.Average();
        Array.Sort(sorted);
        return kpis with
        {
            MeanMs = mean,
            P50Ms = Percentiles.Of(sorted, 0.50),
            P95Ms = Percentiles.Of(sorted, 0.95),
            P99Ms = Percentiles.Of(sorted, 0.99),
        };
    }
}
