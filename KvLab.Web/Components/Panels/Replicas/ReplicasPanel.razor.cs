using System.Collections.Immutable;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Commands;
using KvLab.Web.Components.Bases;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.Problems;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using MudBlazor;

namespace KvLab.Web.Components.Panels.Replicas;

/// <summary>What every node holds: a column per node, a row per key.</summary>
public sealed partial class ReplicasPanel : SnapshotPanel
{
    private ImmutableArray<string> _orderOfRows = [];
    private string _filterOfRows = "";
    private IList<string> _rows = [];
    private string[] _nodeIds = [];
    private string[] _gone = [];
    private string? _leader;
    private readonly Underway _underway = new();
    private bool _adding;
    private Selection _revealed = Selection.None;
    private Problem? _problem;

    [Inject] public required IClusterCommands Commands { get; init; }
    [Inject] public required Browser Browser { get; init; }

    /// <summary>In place of its heading, where it shares its place.</summary>
    [Parameter] public RenderFragment? Tabs { get; set; }

    /// <summary>Nothing is rendered of a panel that nobody sees.</summary>
    [Parameter] public bool Shown { get; set; } = true;

    protected override object Slice() => !Shown ? Shown :
        (Snapshot.Nodes, Snapshot.OtherSide, Snapshot.Keys, Snapshot.KeyOrder, Snapshot.Naive, Snapshot.Quiescent, Snapshot.EntriesNotShown, Snapshot.ManyEpochs, View.KeyFilter, View.Selection, View.Past);

    protected override void OnParametersSet()
    {
        base.OnParametersSet();
        _leader = Snapshot.Leader?.Id;
        // The same array as long as the nodes are the same, so that a row can see by reference that nothing changed.
        if (!Snapshot.Nodes.Select(n => n.Id).SequenceEqual(_nodeIds)) _nodeIds = [.. Snapshot.Nodes.Select(n => n.Id)];
        var gone = Snapshot.Nodes.Where(n => n.State.IsDown()).Select(n => n.Id);
        if (!gone.SequenceEqual(_gone)) _gone = [.. gone];
        if (_orderOfRows == Snapshot.KeyOrder && _filterOfRows == View.KeyFilter) return;
        (_orderOfRows, _filterOfRows) = (Snapshot.KeyOrder, View.KeyFilter);
        _rows = _filterOfRows.Length == 0
            ? _orderOfRows
            : _orderOfRows.Where(k => k.Contains(_filterOfRows, StringComparison.OrdinalIgnoreCase)).ToList();
    }

    // Wherever it was selected: the key is brought into view once, and left alone afterwards.
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_revealed == View.Selection) return;
        _revealed = View.Selection;
        if (_revealed.Key is { } key && _rows.IndexOf(key) is >= 0 and var index) await Browser.RevealRowAsync("replicas-scroll", index);
    }

    private string CountText =>
        (View.KeyFilter.Length == 0 ? "" : $"{Units.Count(_rows.Count)} of ") + Units.Count(Snapshot.KeyOrder.Length, "key")
        + (Snapshot.EntriesNotShown == 0 ? "" : $", and {Units.Count(Snapshot.EntriesNotShown, "change to other keys is", "changes to other keys are")} not shown");

    private string Why => View.Selection is { Key: { } key, Node: { } node } && Snapshot.Keys.TryGetValue(key, out var row) && _nodeIds.Contains(node)
        ? Snapshot.Explain.Cell(row, node, Snapshot)
        : Snapshot.Quiescent
            ? "Select a cell for an explanation."
            : "Deliveries are under way: replicas may differ for a moment.";

    private Selection? SelectionIn(string key) => View.Selection.Key == key ? View.Selection : null;

    private async Task AddFollowerAsync(MouseEventArgs e)
    {
        if (_adding || e.IsAgain()) return;
        _adding = true;
        await TryAsync(async () => await Commands.AddFollowerAsync());
        _adding = false;
    }

    private Task RunAsync((NodeCommand Command, string Node) wish) => _underway.OnceAsync(wish, () => TryAsync(() => Commands.SendAsync(wish.Command, wish.Node)));

    private async Task TryAsync(Func<Task> command)
    {
        _problem = null;
        _problem = await Problem.OfAsync(command, "The cluster was not changed.", "Check the node's state, then retry.");
    }
}
