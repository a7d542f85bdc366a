using System.Globalization;
using System.Text.Json;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Timeline;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Web.Commands;
using KvLab.Web.Components.Panels.Map;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.Live;
using KvLab.Web.Pictures;
using KvLab.Web.Problems;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace KvLab.Web.Components.Panels.Timeline;

public sealed partial class TimelinePanel : ITimelineViewer
{
    private const double StepOfButtons = 1.6;
    private const double ShowWriteMs = 3_000;
    private const int MostLost = 500;

    private ElementReference _root;
    private TimelinePlayer? _player;
    private Selection _selected = Selection.None;
    private TimelineWindow? _asked;
    private string _named = "";
    private int _lost;
    private MapMoment? _moment;
    private ITimelineSource? _drawn;
    private string? _pressed;
    private string? _sentence;
    private bool _table;
    private Problem? _problem;

    [Inject] public required IJSRuntime Js { get; init; }
    [Inject] public required IClusterCommands Commands { get; init; }
    [Inject] public required Browser Browser { get; init; }
    [Inject] public required ViewStore Views { get; init; }
    [Inject] public required ViewerClock Clock { get; init; }
    [Inject] public required ReportShelf Shelf { get; init; }

    /// <summary>Of this dashboard's lab.</summary>
    [Inject] public required ITimelineSource Live { get; init; }

    /// <summary>Whose lines are shown, the live lab's or a recording's: the diagram does not know. Null: those of this dashboard's lab.</summary>
    [Parameter] public ITimelineSource? Source { get; set; }

    [Parameter, EditorRequired] public required TimelineWindow Window { get; set; }
    [Parameter] public EventCallback<TimelineWindow> WindowChanged { get; set; }

    /// <summary>The source's time moves only when it says so, as that of a recording.</summary>
    [Parameter] public bool Steady { get; set; }

    /// <summary>Where the same lines have a page of their own; null: nowhere.</summary>
    [Parameter] public string? Page { get; set; }

    /// <summary>In place of the heading, where it stands below a map; it is smaller then.</summary>
    [Parameter] public RenderFragment? Tabs { get; set; }

    /// <summary>The moment of a recording that all panels show: the diagram goes along with it.</summary>
    [Parameter] public MapMoment? At { get; set; }

    /// <summary>Somebody pressed a moment, on the same clock.</summary>
    [Parameter] public EventCallback<double> OnMoment { get; set; }

    private ITimelineSource Lines => Source ?? Live;

    private IReadOnlyList<string> Nodes => ["", .. Snapshot.Nodes.Select(n => n.Id)];

    private IReadOnlyList<string> Keys => ["", .. Snapshot.KeyOrder.Take(100)];

    private bool IsEmpty => Snapshot.Writes.IsEmpty && Snapshot.RolledBack.IsEmpty && Lines.Look(TimelineAxis.Real, book => book.IsEmpty);

    private string Words => $"Space-time diagram: a lane for each of {Units.Count(Snapshot.Nodes.Length, "node")}, time from left to right. The left and right arrow keys move along time, plus and minus zoom, up and down go from line to line, and Enter selects. The table lists what is visible.";

    /// <summary>Promises that were not kept: their answers are marked.</summary>
    private string[] Lost => [.. Snapshot.Durability.Lost.Take(MostLost).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Write.Version.Epoch}.{r.Write.Version.Counter}"))];

    private string Names => JsonSerializer.Serialize(Snapshot.Nodes.ToDictionary(n => n.Id, n => Snapshot.Labels.Bare(n.Id)));

    protected override object Slice() => (Names, Snapshot.Durability.Lost, Snapshot.Writes.IsEmpty, Snapshot.Naive, Selected, View.Selection, View.Projector, (Window, Source, Snapshot.KeyOrder, At));

    /// <summary>The selected write, where the list of writes still has it.</summary>
    private WriteView? Selected => View.Selection.Version.IsNone ? null : Snapshot.Writes.FirstOrDefault(View.Selection.IsWrite);

    protected override void OnParametersSet()
    {
        base.OnParametersSet();
        _sentence = Why();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            (_selected, _asked, _named, _lost, _moment, _drawn) = (View.Selection, Window, Names, Snapshot.Durability.Lost.Length, At, Source);
            // Whoever comes with a selection wants to see it.
            var at = Window.At ?? (At is null ? Where(View.Selection.Version) : null);
            _player = new TimelinePlayer(Js, this);
            Browser.VisibilityChanged += OnVisibility;
            await _player.BeginAsync(_root, JsonSerializer.Serialize(new
            {
                at,
                zoom = at is not null && Window is { At: null, Zoom: null, Axis: TimelineAxis.Real } ? ShowWriteMs : Window.Span,
                selected = !View.Selection.Version.IsNone,
                names = Snapshot.Nodes.ToDictionary(n => n.Id, n => Snapshot.Labels.Bare(n.Id)),
                lost = Lost,
                steady = Steady,
                moment = At is null ? null : new { at = At.Ms, rate = At.Rate },
            }));
            if (at != Window.At) await WindowChanged.InvokeAsync(Window with { At = at, Zoom = Window.Zoom ?? ShowWriteMs });
            return;
        }

        if (_player is null) return;
        if (_moment != At && At is not null)
        {
            _moment = At;
            await _player.RunAsync("moment", At.Ms, At.Rate);
        }

        if (_asked is { } before && before.Axis != Window.Axis)
        {
            (_selected, _asked) = (View.Selection, Window);
            await _player.RunAsync("restart", Window.Span);
        }
        else if (_selected != View.Selection || Filters(_asked) != Filters(Window) || _named != Names || _lost != Snapshot.Durability.Lost.Length || _drawn != Source)
        {
            (_selected, _asked, _named, _lost, _drawn) = (View.Selection, Window, Names, Snapshot.Durability.Lost.Length, Source);
            await _player.RunAsync("refresh", !_selected.Version.IsNone, Snapshot.Nodes.ToDictionary(n => n.Id, n => Snapshot.Labels.Bare(n.Id)), Lost);
        }
    }

    private static TimelineWindow? Filters(TimelineWindow? window) => window is null ? null : window with { At = null, Zoom = null };

    private double? Where(EntryVersion version)
    {
        if (version.IsNone) return null;
        return Lines.Look(Window.Axis, book => book.Find(version) is not { } found ? (double?)null : Window.Axis == TimelineAxis.Lamport ? found.At : (book.AtOf(found.At) - DateTimeOffset.UnixEpoch).TotalMilliseconds + ShowWriteMs * 0.3);
    }

    /// <summary>What is selected, in a sentence: the write or its delivery; a line of neither as it was pressed.</summary>
    private string? Why()
    {
        if (View.Selection.Version.IsNone) return _pressed is null ? null : ((ITimelineViewer)this).Explain(_pressed);
        if (Selected is not { } write) return Lines.Look(Window.Axis, book => book.Find(View.Selection.Version)) is { } found
            ? $"{Snapshot.Labels.Version(View.Selection.Version)} of {found.Key} is no longer in the list of writes; its lines show what happened to it."
            : "This page no longer has the selected write.";
        return View.Selection.Node is { } node && write.Deliveries.FirstOrDefault(d => d.Follower == node) is { } delivery ? Snapshot.Explain.Delivery(write, delivery) : Snapshot.Explain.Write(write);
    }

    byte[] ITimelineViewer.Window(double? from, double? to, double span, int width, double? at) =>
        Lines.Look(Window.Axis, book => book.Frame(Query(TimelineUnits.Query(book, from, to, span, width, at))));

    private TimelineQuery Query(TimelineQuery query) => query with
    {
        Node = Window.Node,
        Key = Window.Key,
        Kind = Window.Kind,
        Only = Window.Only ? View.Selection.Version : EntryVersion.None,
        Selected = View.Selection.Version,
        SelectedNode = View.Selection.Node,
    };

    /// <summary>What the table shows: the window at rest, or the present.</summary>
    private TimelineView Visible() => Lines.Look(Window.Axis, book => book.View(Query(TimelineUnits.Query(book, null, null, Window.Span, TimelineQuery.StandardWidth, Window.At))));

    string ITimelineViewer.Explain(string id) => Lines.Look(Window.Axis, book => book.Find(id)) is { } line ? new LineWords(Snapshot.Labels).Of(line) : "";

    Task ITimelineViewer.ShownAsync(double? at, double span) => InvokeAsync(() => WindowChanged.InvokeAsync(Window with { At = at, Zoom = Math.Abs(span - new TimelineWindow(Axis: Window.Axis).Span) < 0.001 ? null : span }));

    Task ITimelineViewer.PressedAsync(string id, string? key, long epoch, long version, string? node) => InvokeAsync(() =>
    {
        _pressed = id;
        if (version > 0 && key is not null) Views.Toggle(new Selection(key, new EntryVersion(epoch, version), node));
        else Views.Select(Selection.None);
        _sentence = Why();
        StateHasChanged();
    });

    Task ITimelineViewer.WentToAsync(double ms) => InvokeAsync(() => OnMoment.InvokeAsync(ms));

    private void OnVisibility(bool visible) => _ = InvokeAsync(() => _player?.RunAsync("hide", !visible) ?? Task.CompletedTask);

    private Task SetAsync(TimelineWindow window) => WindowChanged.InvokeAsync(window);

    private Task RunAsync(TimelineTools.Call call)
    {
        if (call == TimelineTools.Call.Table)
        {
            _table = !_table;
            return Task.CompletedTask;
        }

        return call switch
        {
            TimelineTools.Call.Hold => Run("follow", false),
            TimelineTools.Call.Follow => Run("follow", true),
            TimelineTools.Call.In => Run("zoom", 1 / StepOfButtons),
            TimelineTools.Call.Out => Run("zoom", StepOfButtons),
            TimelineTools.Call.Earlier => Run("pan", -0.5),
            TimelineTools.Call.Later => Run("pan", 0.5),
            TimelineTools.Call.Png => Run("savePng"),
            TimelineTools.Call.Svg => Run("saveSvg"),
            _ => Run("fullScreen"),
        };
    }

    private Task Run(string name, params object?[] facts) => _player?.RunAsync(name, facts) ?? Task.CompletedTask;

    private async Task<bool> AddToReportAsync()
    {
        var added = false;
        await TryAsync(async () =>
        {
            if (_player is null || await _player.PictureAsync() is not var (png, at, span)) return;
            var lamport = Window.Axis == TimelineAxis.Lamport;
            var view = Lines.Look(Window.Axis, book => book.View(Query(TimelineUnits.Query(book, null, null, span, TimelineQuery.StandardWidth, at))));
            var rows = TimelineRows.Of(view, PictureRules.MostRows, Clock, node => Snapshot.Labels.Bare(node)).Rows;
            var caption = $"Messages along {(lamport ? "Lamport time" : "real time")}{(Steady ? ", from a recording" : "")}: {Units.Count(view.Messages, "message")} within {(lamport ? $"{span:0} steps" : Units.Ms(span))}";
            await Shelf.AddAsync(PictureKind.Diagram, caption, Steady || lamport ? Shelf.LinkToThis : Shelf.LinkToDiagram(DateTimeOffset.UnixEpoch.AddMilliseconds(at), span), new PictureTable(TimelineRows.Heads(view), [.. rows.Select(r => r.Cells)]), png);
            added = true;
        });
        return added;
    }

    private Task WriteAsync() => TryAsync(async () => await Commands.WriteAsync("k1", JsonText.Of("hello")));

    private Task DemoAsync() => TryAsync(async () => await Commands.OutOfOrderDemoAsync());

    private async Task TryAsync(Func<Task> command)
    {
        _problem = null;
        _problem = await Problem.OfAsync(command, "Nothing was changed.", "Check the state of the nodes, then retry.");
    }

    public async ValueTask DisposeAsync()
    {
        Browser.VisibilityChanged -= OnVisibility;
        if (_player is not null) await _player.DisposeAsync();
    }
}
