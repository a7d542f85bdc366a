using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Bases;

/// <summary>
/// A part that stays as it is while what stands around it is drawn ten times a second. Menus are among them: each has a popover elsewhere on the page, which is drawn once more after it.
/// </summary>
public abstract class SteadyComponent : ComponentBase
{
    private object? _shown;
    private bool _fromParent;

    /// <summary>Everything that the markup reads of its parameters, as a tuple; but for callbacks, of which the first are as good as later ones.</summary>
    protected abstract object Shows();

    protected override void OnParametersSet() => _fromParent = true;

    // What happens in it is always drawn; only news from above has to prove that it matters.
    protected override bool ShouldRender()
    {
        var shows = Shows();
        var render = !_fromParent || !shows.Equals(_shown);
        (_shown, _fromParent) = (shows, false);
        return render;
    }
}
