using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using KvLab.Web.Commands;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.Live;
using KvLab.Web.Pictures;
using KvLab.Web.Problems;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace KvLab.Web.Components.Panels.Map;

public sealed partial class MapPanel
{
    private ElementReference _root;
    private MapPlayer? _player;
    private MapStage _stage = MapStage.Of(ClusterSnapshot.Empty);
    private Selection _selected = Selection.None;
    private Problem? _problem;
    private int _divisor = 1;
    private readonly Underway _underway = new();
    private bool _paused;

    [Inject] public required IJSRuntime Js { get; init; }
    [Inject] public required IClusterCommands Commands { get; init; }
    [Inject] public required Browser Browser { get; init; }
    [Inject] public required ViewStore Views { get; init; }
    [Inject] public required TimeProvider Time { get; init; }
    [Inject] public required ReportShelf Shelf { get; init; }

    /// <summary>Of this dashboard's cluster.</summary>
    [Inject] public required ITrafficLookup Live { get; init; }

    /// <summary>Whose messages are shown, real, recorded or simulated: the map does not know. Null: those of this dashboard's cluster.</summary>
    [Parameter] public ITrafficLookup? Traffic { get; set; }

    /// <summary>Of a recording: the moment that is shown, and how fast it moves on. Null: the present.</summary>
    [Parameter] public MapMoment? At { get; set; }

    protected override object Slice() => (Snapshot.Nodes, Snapshot.Links, Snapshot.OtherSide, Snapshot.Naive, Snapshot.Writes.IsEmpty, (View.Selection, View.Past), At);

    private string Words => _stage.Nodes.Count == 0 ? "No node is connected yet."
        : $"Messages between {Units.Count(_stage.Nodes.Count, "node")}: {string.Join("; ", _stage.Nodes.Select(n => n.Facts.Length == 0 ? n.Name : $"{n.Name}, {n.Facts}"))}.";

    protected override void OnParametersSet()
    {
        base.OnParametersSet();
        _stage = MapStage.Of(Snapshot);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _player = new MapPlayer(Js, Traffic ?? Live, Time, OnDot);
            Browser.VisibilityChanged += OnVisibility;
            await _player.BeginAsync(_root);
        }

        if (_player is null) return;
        await _player.ShowAsync(_stage.ToJson());
        if (At is not null) await _player.MoveToAsync(At);
        if (_selected == View.Selection) return;
        _selected = View.Selection;
        await _player.RunAsync("select", _selected.Version.Epoch, _selected.Version.Counter, _selected.Node);
    }

    private void OnVisibility(bool visible)
    {
        if (_player is not null) _player.Hidden = !visible;
    }

    private Task OnDot(string key, long epoch, long version, string node) =>
        InvokeAsync(() => Views.Toggle(new Selection(key, new EntryVersion(epoch, version), node)));

    private Task SetSpeed(int divisor)
    {
        _divisor = divisor;
        return Run("setSpeed", 1.0 / _divisor);
    }

    private Task TogglePause()
    {
        _paused = !_paused;
        return Run("pause", _paused);
    }

    private Task StepAsync()
    {
        _paused = true;
        return Run("step");
    }

    private async Task NowAsync()
    {
        (_paused, _divisor) = (false, 1);
        await Run("setSpeed", 1.0);
        await Run("jumpToNow");
    }

    private Task Run(string name, params object?[] facts) => _player?.RunAsync(name, facts) ?? Task.CompletedTask;

    private Task SendAsync((NodeCommand Command, string Node) wish) => _underway.OnceAsync(wish, () => TryAsync(() => Commands.SendAsync(wish.Command, wish.Node)));

    private Task SetLinkAsync((string Follower, LinkFaults Faults) wish) =>
        _underway.OnceAsync(wish, () => TryAsync(() => wish.Faults.IsNone ? Commands.HealAsync(wish.Follower) : Commands.SetLinkAsync(wish.Follower, wish.Faults)));

    private async Task<bool> AddToReportAsync()
    {
        var added = false;
        await TryAsync(async () =>
        {
            if (_player is null || await _player.PictureAsync() is not var (png, messages)) return;
            var caption = $"Messages between the nodes{(View.Past ? ", replayed from a recording" : "")}: {Units.Count(messages.Length, "message")} on the way";
            var table = messages.Length == 0 ? PictureTable.None : new PictureTable(["Message"], [.. messages.Select(m => (string[])[PictureRules.Cell(m)])]);
            await Shelf.AddAsync(PictureKind.Map, caption, View.Past ? Shelf.LinkToThis : Shelf.LinkToMap(), table, png);
            added = true;
        });
        return added;
    }

    private async Task TryAsync(Func<Task> command)
    {
        _problem = null;
        _problem = await Problem.OfAsync(command, "Nothing was changed.", "Check the node's state, then retry.");
    }

    public async ValueTask DisposeAsync()
    {
        Browser.VisibilityChanged -= OnVisibility;
        if (_player is not null) await _player.DisposeAsync();
    }
}
