using KvLab.Web.Charts;
using KvLab.Web.Components.Scripts;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Plotly.Blazor;

namespace KvLab.Web.Components.Panels.Charts;

/// <summary>
/// A chart that is drawn anew with its news, in the place where it is: for pictures whose old parts change too. One call is under way at a time, so
/// that a slow browser skips states instead of queueing them.
/// </summary>
public abstract class RedrawnChart<TPicture> : ComponentBase, IDisposable where TPicture : class
{
    private readonly CancellationTokenSource _gone = new();
    private TPicture? _drawn;
    private ChartLook? _look;
    private bool _ready;
    private bool _drawing;

    [Inject] public required Browser Browser { get; init; }

    /// <summary>The id of the chart's element, for saving its picture.</summary>
    [Parameter, EditorRequired] public required string ElementId { get; set; }
    [Parameter, EditorRequired] public required TPicture Picture { get; set; }
    [Parameter, EditorRequired] public required ChartLook Look { get; set; }

    protected PlotlyChart? Chart { get; set; }
    protected List<ITrace> Data { get; } = [];
    protected Layout Layout { get; private set; } = new();

    protected abstract IReadOnlyList<ITrace> DrawTraces();
    protected abstract Layout DrawLayout();

    /// <summary>The least time between two drawings.</summary>
    protected virtual TimeSpan Rest => TimeSpan.Zero;

    protected override void OnParametersSet()
    {
        if (_look == Look) return;
        Layout = new Layout();
        Fill();
    }

    // Another look is another chart; news of the same picture are drawn by the chart that is there.
    protected override bool ShouldRender()
    {
        if (_look != Look)
        {
            _look = Look;
            return true;
        }

        if (_ready) _ = UpdateAsync();
        return false;
    }

    private void Fill()
    {
        // The chart holds this very object, so news go into it.
        var layout = DrawLayout();
        if (Layout.XAxis is null) Layout = layout;
        else (Layout.XAxis, Layout.YAxis) = (layout.XAxis, layout.YAxis);
        Data.Clear();
        Data.AddRange(DrawTraces());
        _drawn = Picture;
    }

    protected async Task OnDrawnAsync()
    {
        _look = Look;
        _ready = true;
        await Browser.WatchChartAsync(ElementId);
        await UpdateAsync();
    }

    private async Task UpdateAsync()
    {
        if (_drawing) return;
        _drawing = true;
        try
        {
            while (!ReferenceEquals(_drawn, Picture) && Chart is { } chart && !_gone.IsCancellationRequested)
            {
                Fill();
                await chart.React(_gone.Token);
                if (Rest > TimeSpan.Zero) await Task.Delay(Rest, _gone.Token);
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

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        GC.SuppressFinalize(this);
    }
}
