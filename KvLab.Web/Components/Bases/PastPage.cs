using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Components.View;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Bases;

/// <summary>
/// A page that shows another moment than the present. The page and the panels on it are drawn at once: each drawing by itself would be a picture that the browser paints, and painting
/// takes longer than all else.
/// </summary>
public abstract class PastPage : ComponentBase
{
    private bool _drawn;

    [CascadingParameter] public ClusterSnapshot Seen { get; set; } = ClusterSnapshot.Empty;

    // The moment comes down to panels and page alike.
    protected override void OnParametersSet() => _drawn = true;

    /// <param name="show">Gives the moment to whoever hands it down.</param>
    protected void Draw(Action show)
    {
        _drawn = false;
        show();
        if (!_drawn) StateHasChanged();
    }
}
