using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Core.Observation.Figures;

/// <summary>What clients were told, second by second. A second in which nobody wrote has no point, so that a cluster at rest leaves the series alone.</summary>
internal sealed partial class AvailabilitySeries
{
    private readonly Window<FaultMark> _marks = new(StateLimits.FaultMarks);

    // Without the second that runs.
    private readonly Window<AvailabilityPoint> _past = new(StateLimits.AvailabilityPoints - 1);
    private AvailabilityPoint? _now;
    private AvailabilityView? _view = AvailabilityView.Empty;

    public void Answered(long nowMs, bool success, bool onOtherSide)
    {
        var now = At(nowMs);
        Set((success, onOtherSide) switch
        {
            (true, false) => now with { Success = now.Success + 1 },
            (false, false) => now with { Partial = now.Partial + 1 },
            (true, true) => now with { OtherSuccess = now.OtherSuccess + 1 },
            (false, true) => now with { OtherPartial = now.OtherPartial + 1 },
        });
    }

    public void Unreachable(long nowMs, int writes)
    {
        var now = At(nowMs);
        Set(now with { Unreachable = now.Unreachable + writes });
    }

    /// <summary>Whether somebody wrote in the second that runs.</summary>
    public bool IsBusy(long nowMs) => _now?.Second == nowMs / 1000;

    /// <summary>How the cluster stands in the second that runs; call it only when that is busy.</summary>
    public void Stand(int followers, int unavailable, int required, int otherStale)
    {
        if (_now is not { } now) return;
        var stands = now with { Followers = followers, Unavailable = unavailable, Required = required, OtherStale = Math.Max(now.OtherStale, otherStale) };
        if (stands != now) Set(stands);
    }

    public void Mark(FaultMark mark)
    {
        _marks.Add(mark);
        _view = null;
    }

    public AvailabilityView View() =>
        _view ??= new AvailabilityView(_now is null ? _past.View() : _past.View().Add(_now), _marks.View());

    public void Clear()
    {
        _past.Clear();
        _marks.Clear();
        (_now, _view) = (null, AvailabilityView.Empty);
    }

    private AvailabilityPoint At(long nowMs)
    {
        var second = nowMs / 1000;
        if (_now?.Second == second) return _now;
        if (_now is not null) _past.Add(_now);
        return new AvailabilityPoint(second, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private void Set(AvailabilityPoint point)
    {
        _now = point;
        _view = null;
    }
}
