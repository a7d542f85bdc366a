using KvLab.Core.Observation.Timeline;
using KvLab.Web.Components.Panels.Timeline;
using KvLab.Web.Components.View;
using KvLab.Web.Live;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Pages;

/// <summary>The space-time diagram of the live lab. The address holds place, zoom, filters and selection, so that a link opens the same.</summary>
public sealed partial class TimelinePage : IDisposable
{
    private TimelineWindow _window = new();

    [Inject] public required ViewStore Views { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ITimelineSource Source { get; init; }

    protected override void OnInitialized()
    {
        _window = TimelineAddress.Read(Navigation.Uri);
        if (TimelineAddress.Selected(Navigation.Uri) is var (version, node) && Views.Options.Selection.IsNone && Source.Look(TimelineAxis.Real, book => book.Find(version)) is { } found)
            Views.Select(new Selection(found.Key, version, node));
        Views.Changed += OnViewChanged;
    }

    private void SetAsync(TimelineWindow window)
    {
        _window = window;
        ShowAddress();
    }

    private void OnViewChanged()
    {
        // Whoever clears the selection sees all writes again.
        if (_window.Only && Views.Options.Selection.Version.IsNone) _window = _window with { Only = false };
        ShowAddress();
        StateHasChanged();
    }

    private void ShowAddress()
    {
        if (Navigation.ToBaseRelativePath(Navigation.Uri).Split('?', '#')[0] != "timeline") return;
        var path = Navigation.Uri.Split('?', '#')[0];
        var address = TimelineAddress.Write(path + ViewQuery.WriteBeside(Navigation.Uri, Views.Options), _window, Views.Options.Selection);
        if (address != Navigation.Uri) Navigation.NavigateTo(address, replace: true);
    }

    public void Dispose() => Views.Changed -= OnViewChanged;
}
