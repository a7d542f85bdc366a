using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Components.Bases;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace KvLab.Web.Components.Panels.Events;

/// <summary>Every step of every node, newest first. Pausing and clearing concern this view only; the log goes on.</summary>
public sealed partial class EventsPanel : ListPanel
{
    private readonly FilteredEvents _events = new();
    private string[] _nodes = [];
    private EventLogView? _held;
    private long _clearedTo;
    private NodeEvent? _selected;
    private NodeEvent? _revealed;
    private bool _preventKey;

    [Inject] public required ViewStore Views { get; init; }
    [Inject] public required ViewerClock Clock { get; init; }
    [Inject] public required Browser Browser { get; init; }

    private long Waiting => Snapshot.Events.Total() - (_held ?? Snapshot.Events).Total();

    private string CountText => View.EventFilter.IsEmpty
        ? Units.Count(_events.Count)
        : $"{Units.Count(_events.Count)} of {Units.Count((_held ?? Snapshot.Events).Count)}";

    protected override long Newest => _events.Newest;

    /// <summary>In place of its heading, where it shares its place.</summary>
    [Parameter] public RenderFragment? Tabs { get; set; }

    /// <summary>Nothing is rendered of a panel that nobody sees; what was paused in it stays paused.</summary>
    [Parameter] public bool Shown { get; set; } = true;

    protected override object Slice() => Shown ? (Snapshot.Events, Snapshot.Naive, Snapshot.Labels, View.EventFilter, View.Selection, _nodes) : Shown;

    protected override void OnParametersSet()
    {
        base.OnParametersSet();
        if (!Snapshot.Nodes.Select(n => n.Id).SequenceEqual(_nodes)) _nodes = [.. Snapshot.Nodes.Select(n => n.Id)];
        Update();
    }

    private void Update()
    {
        _events.Update(_held ?? Snapshot.Events, View.EventFilter, Snapshot.Labels, _clearedTo);
        if (View.Selection.Event is not { } id) _selected = null;
        else if (_selected is null || !id.Names(_selected)) _selected = Snapshot.Events.LatestArrivalFirst().FirstOrDefault(id.Names);
    }

    private void TogglePause()
    {
        _held = _held is null ? Snapshot.Events : null;
        Update();
    }

    private void Clear()
    {
        _clearedTo = Snapshot.Events.Total();
        _held = null;
        Update();
    }

    private void ShowCleared()
    {
        _clearedTo = 0;
        Update();
    }

    private void SetFilter(EventFilter filter) => Views.Update(v => v with { EventFilter = filter });

    private void Select(NodeEvent e) => Views.Toggle(Selection.Of(e));

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (ReferenceEquals(_revealed, _selected)) return;
        _revealed = _selected;
        if (_selected is not null && _events.IndexOf(_selected) is >= 0 and var index) await Browser.RevealRowAsync("events-list", index);
    }

    private void OnKey(KeyboardEventArgs e)
    {
        var step = ListKeys.Step(e.Key, page: 8);
        _preventKey = step is not null;
        if (step is null || _events.Count == 0) return;
        var at = _selected is null ? -1 : _events.IndexOf(_selected);
        var next = ListKeys.Move(at, step.Value, _events.Count);
        Views.Select(Selection.Of(_events[next].Event));
    }
}
