using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using KvLab.Core.Wire;
using KvLab.Web.Components.View;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Panels.Replicas;

/// <summary>
/// One key on all nodes. Rendered again only when its row is another object, and a cell flashes only when it changed before the
/// reader's eyes: never on first sight, nor when scrolled into view.
/// </summary>
public sealed partial class ReplicaRow : ComponentBase
{
    /// <summary>
    /// A cell that was at rest for so long flashes when it changes. In a storm, where every cell changes all the time, flashes would tell
    /// nothing and keep the browser busy with nothing else.
    /// </summary>
    private const int RestMs = 1_000;

    private KeyRow? _before;
    private (KeyRow, string[], string[], Selection?, bool, string?, Labels) _shown;

    [Parameter, EditorRequired] public required KeyRow Row { get; set; }
    [Parameter, EditorRequired] public required string[] NodeIds { get; set; }
    [Parameter] public string? Leader { get; set; }

    /// <summary>Nodes whose process has ended: what they held then is not compared with anything.</summary>
    [Parameter] public string[] Gone { get; set; } = [];
    [Parameter, EditorRequired] public required Labels Labels { get; set; }

    /// <summary>The selection if it concerns this key.</summary>
    [Parameter] public Selection? Selection { get; set; }
    [Parameter, EditorRequired] public required Action<Selection> OnSelect { get; set; }

    /// <summary>Whether this row is the grid's stop on the way of the Tab key.</summary>
    [Parameter] public bool First { get; set; }

    protected override bool ShouldRender()
    {
        var now = (Row, NodeIds, Gone, Selection, First, Leader, Labels);
        if (now.Equals(_shown)) return false;
        _before = _shown.Item1;
        _shown = now;
        return true;
    }

    protected override void OnInitialized() => _shown = (Row, NodeIds, Gone, Selection, First, Leader, Labels);

    private bool Flashes(string node) =>
        _before is not null && Rested(_before.Cells.GetValueOrDefault(node)?.ChangedAt, Row.Cells.GetValueOrDefault(node)?.ChangedAt);

    private bool FlashesRefusal(string node) =>
        _before is not null && Rested(_before.Cells.GetValueOrDefault(node)?.RefusedAt, Row.Cells.GetValueOrDefault(node)?.RefusedAt);

    private static bool Rested(long? before, long? now) => now != before && (before is null or 0 || now - before >= RestMs);

    // A write as a whole lights every cell that holds or refused it; a write at one node lights that node's cell, whatever it holds by now.
    private static bool Selects(Selection selection, string node, EntryVersion held, ReplicaCell? cell) => selection.Node is null
        ? !selection.Version.IsNone && (selection.Version == held || selection.Version == cell?.LastRefused)
        : selection.Node == node;

    /// <summary>A text without its quotes: a cell has room for a few letters.</summary>
    private static string Plain(string json) => json is ['"', .. var text, '"'] ? text : json;

    private string Label(string node, EntryVersion held, CellStatus status, EntryVersion refused)
    {
        var what = Gone.Contains(node) ? held.IsNone ? "not running; held nothing" : $"not running; held {Labels.Version(held)} before" : node == Leader
            ? held.IsNone ? "holds nothing" : $"holds {Labels.Version(held)}"
            : status.State switch
            {
                CellState.Missing => "missing",
                CellState.Behind => $"{Labels.Version(held)}, {(status.VersionsBehind == 0 ? "behind: from an older epoch" : $"behind by {status.VersionsBehind}")}",
                CellState.Conflict => $"{Labels.Version(held)}, conflict: a different value from the leader's",
                CellState.Ahead => $"{Labels.Version(held)}, newer than the leader",
                _ => held.IsNone ? "holds nothing, like the leader" : $"{Labels.Version(held)}, fresh",
            };
        var key = Unseen.Shown(Row.Key);
        return refused.IsNone ? $"{key} at {Labels.Node(node)}: {what}" : $"{key} at {Labels.Node(node)}: {what}; refused {Labels.Version(refused)} as stale";
    }
}
