using KvLab.Web.Components.View;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Bases;

/// <summary>
/// A panel with a list that grows at its top. In a storm, when hardly a row outlives a picture, the list is drawn a few times a second: nobody
/// can read it, and a browser has the rest of its time for what can be read. What is left out is drawn as soon as the time has come.
/// </summary>
public abstract class ListPanel : SnapshotPanel, IDisposable
{
    private static readonly TimeSpan StormRest = TimeSpan.FromMilliseconds(300);

    // In a storm the next picture comes sooner, and the list with it; this is for the end of one.
    private static readonly TimeSpan LatestAfter = 2 * StormRest;

    private readonly RowKeys _keys = new();
    private long _drawnAt;
    private long _drawnNewest;
    private ViewOptions? _drawnView;
    private ITimer? _later;

    [Inject] public required TimeProvider Time { get; init; }

    /// <summary>The position of the row at the top, counted from the first that ever was.</summary>
    protected abstract long Newest { get; }

    /// <summary>The key of the row at this position.</summary>
    protected long KeyOf(long position) => _keys.Of(position);

    protected override bool MayWait()
    {
        // What the reader did is drawn at once.
        if (View != _drawnView || Newest - _drawnNewest < RowKeys.Many || Time.GetElapsedTime(_drawnAt) is var rested && rested >= StormRest) return false;
        _later ??= Time.CreateTimer(_ => InvokeAsync(DrawLate), null, LatestAfter - rested, Timeout.InfiniteTimeSpan);
        return true;
    }

    protected override void OnRendering()
    {
        _later?.Dispose();
        _later = null;
        (_drawnAt, _drawnNewest, _drawnView) = (Time.GetTimestamp(), Newest, View);
        _keys.Update(Newest);
    }

    private void DrawLate()
    {
        if (_later is not null) StateHasChanged();
    }

    public void Dispose()
    {
        _later?.Dispose();
        _later = null;
        GC.SuppressFinalize(this);
    }
}
