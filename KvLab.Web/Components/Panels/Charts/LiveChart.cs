using KvLab.Web.Charts;
using KvLab.Web.Components.Scripts;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Plotly.Blazor;

namespace KvLab.Web.Components.Panels.Charts;

/// <summary>
/// A chart that grows with its series: new points are appended in one call, and only a series that was emptied or changed its shape is
/// drawn anew. One call is under way at a time, and then the chart rests for a multiple of what it took: a slow browser gets larger steps
/// instead of a queue, and has most of its time for the rest of the page.
/// </summary>
public abstract class LiveChart<TPoint> : ComponentBase, IDisposable where TPoint : class
{
    /// <summary>More often nobody sees, and an old laptop cannot draw.</summary>
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(250);

    /// <summary>Drawing takes 50 to 100 ms, and the browser does nothing else meanwhile: what comes with the same news is on the screen by then.</summary>
    internal static readonly TimeSpan AfterTheRest = TimeSpan.FromMilliseconds(100);

    /// <summary>So a chart takes at most a fifth of a browser's time.</summary>
    private const int RestsPerDrawing = 4;

    private readonly CancellationTokenSource _gone = new();
    private TPoint? _last;
    private string? _shape;
    private bool _drawn;
    private bool _drawing;
    private ChartLook? _look;
    private bool _another;

    [Inject] public required Browser Browser { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    [Parameter, EditorRequired] public required IReadOnlyList<TPoint> Points { get; set; }
    [Parameter, EditorRequired] public required ChartLook Look { get; set; }

    protected PlotlyChart? Chart { get; set; }
    protected List<ITrace> Data { get; } = [];
    protected Layout Layout { get; private set; } = new();

    /// <summary>The id of the chart's element, for saving its picture.</summary>
    public abstract string ElementId { get; }

    protected abstract int MaxPoints { get; }
    protected abstract Layout BuildLayout();

    /// <summary>Names the lines of these points; a change means a drawing anew.</summary>
    protected abstract string ShapeOf(IReadOnlyList<TPoint> points);
    protected abstract IReadOnlyList<ITrace> Draw(IReadOnlyList<TPoint> points);
    protected abstract IReadOnlyList<LatencySeries.Line> Extend(IReadOnlyList<TPoint> added);

    /// <summary>Lets the axes follow what was added.</summary>
    protected virtual Task FollowAsync() => Task.CompletedTask;

    protected override void OnParametersSet()
    {
        if (_look == Look) return;
        _look = Look;
        _another = true;
        Layout = BuildLayout();
        Redraw();
    }

    // The chart draws itself; rendering is only for another look, which makes another chart.
    protected override bool ShouldRender()
    {
        if (!_another && _drawn) _ = UpdateAsync();
        return _another;
    }

    protected override void OnAfterRender(bool firstRender) => _another = false;

    protected async Task OnDrawnAsync()
    {
        _drawn = true;
        await Browser.WatchChartAsync(ElementId);
        await UpdateAsync();
    }

    private void Redraw()
    {
        // The chart keeps the layout that it was given; what its axis says may have changed.
        Layout.XAxis = BuildLayout().XAxis;
        Data.Clear();
        Data.AddRange(Draw(Points));
        _last = Points.Count > 0 ? Points[^1] : null;
        _shape = ShapeOf(Points);
    }

    private async Task UpdateAsync()
    {
        if (_drawing) return;
        _drawing = true;
        try
        {
            while (!_gone.IsCancellationRequested && Stale())
            {
                await Task.Delay(AfterTheRest, Time, _gone.Token);
                var begun = Time.GetTimestamp();
                await DrawNewAsync();
                var rest = RestsPerDrawing * Time.GetElapsedTime(begun);
                await Task.Delay(rest > ShortestRest ? rest : ShortestRest, Time, _gone.Token);
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The browser is gone.
        }
        finally
        {
            _drawing = false;
        }
    }

    private bool Stale() => (Points.Count > 0 ? Points[^1] : null) != _last;

    private async Task DrawNewAsync()
    {
        if (Chart is not { } chart) return;
        if (_shape == ShapeOf(Points) && Appended.Since(Points, _last) is { } added)
        {
            _last = Points[^1];
            var lines = Extend(added);
            await chart.ExtendTraces(lines.Select(l => l.X), lines.Select(l => l.Y), Enumerable.Range(0, lines.Count), MaxPoints, _gone.Token);
            await FollowAsync();
        }
        else
        {
            Redraw();
            // The chart holds this very object, so news go into it.
            var layout = BuildLayout();
            (Layout.XAxis, Layout.YAxis) = (layout.XAxis, layout.YAxis);
            await chart.React(_gone.Token);
        }
    }

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        GC.SuppressFinalize(this);
    }
}
