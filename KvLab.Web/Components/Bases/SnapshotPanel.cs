using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Components.View;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Bases;

/// <summary>
/// A part of the page that shows a part of the snapshot. A new snapshot renders it only if that part is another object than before:
/// snapshots share what did not change, so the comparison costs a few references.
/// </summary>
public abstract class SnapshotPanel : ComponentBase
{
    private object? _shown;
    private bool _begun;
    private bool _fromParent;

    [CascadingParameter] public ClusterSnapshot Snapshot { get; set; } = ClusterSnapshot.Empty;
    [CascadingParameter] public ViewOptions View { get; set; } = ViewOptions.Default;

    /// <summary>Everything that the markup reads of <see cref="Snapshot"/> and <see cref="View"/>, as a tuple.</summary>
    protected abstract object Slice();

    /// <summary>Whether news from above may be drawn later; whoever says so draws them.</summary>
    protected virtual bool MayWait() => false;

    /// <summary>Before every rendering but the first.</summary>
    protected virtual void OnRendering()
    {
    }

    // The first render asks nobody whether it should happen, so the first parameters leave nothing to answer for.
    protected override void OnParametersSet()
    {
        _fromParent = _begun;
        _begun = true;
    }

    // A parent and a cascade may both bring parameters before one render; what is left of that must not hold back a later event.
    protected override void OnAfterRender(bool firstRender)
    {
        _shown ??= Slice();
        _fromParent = false;
    }

    // Events and the component's own StateHasChanged always render; only news from above has to prove that it matters.
    protected override bool ShouldRender()
    {
        var slice = Slice();
        var render = !_fromParent || (!slice.Equals(_shown) && !MayWait());
        _fromParent = false;
        if (!render) return false;
        _shown = slice;
        OnRendering();
        return true;
    }
}
