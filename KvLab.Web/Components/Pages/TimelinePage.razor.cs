using KvLab.Core.Observation.Timeline;
using KvLab.Web.Components.Panels.Timeline;
using KvLab.Web.Components.View;
using KvLab.Web.Live;
using KvLab.Web.Replays;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Pages;

/// <summary>The space-time diagram of the live lab, or of a recording. The address holds place, zoom, filters and selection, so that a link opens the same.</summary>
public sealed partial class TimelinePage : IDisposable
{
    private TimelineWindow _window = new();
    private OpenRecording? _recording;
    private RecordedTimeline? _recorded;
    private bool _opened;
    private bool _missing;
    private bool _gone;

    [Inject] public required ViewStore Views { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ITimelineSource Live { get; init; }
    [Inject] public required IRecordedStreams Recordings { get; init; }
    [Inject] public required PastView Past { get; init; }

    /// <summary>Whose lines are shown; null: the live lab's.</summary>
    [SupplyParameterFromQuery(Name = "recording")] public string? Recording { get; set; }

    private ITimelineSource Source => (ITimelineSource?)_recorded ?? Live;

    protected override async Task OnInitializedAsync()
    {
        _window = TimelineAddress.Read(Navigation.Uri);
        if (Recording is { Length: > 0 } id && !await OpenAsync(id)) return;
        if (TimelineAddress.Selected(Navigation.Uri) is var (version, node) && Views.Options.Selection.IsNone && Source.Look(TimelineAxis.Real, book => book.Find(version)) is { } found)
            Views.Select(new Selection(found.Key, version, node));
        Views.Changed += OnViewChanged;
        _opened = true;
    }

    private async Task<bool> OpenAsync(string id)
    {
        // All of a large file is read; that must not hold up the circuit.
        _recording = await Task.Run(() => Recordings.Open(id));
        if (_recording?.Stream is not { First: not null } stream)
        {
            _missing = true;
            return false;
        }

        var lines = await Task.Run(() => RecordedTimeline.Read(stream));
        var last = lines.Last;
        if (_gone)
        {
            _recording.Dispose();
            return false;
        }

        _recorded = lines;
        Views.Update(v => v with { Past = true });
        Past.Show(last, $"{_recording.Name}, all of it");
        return true;
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

    public void Dispose()
    {
        _gone = true;
        Views.Changed -= OnViewChanged;
        if (_recorded is null) return;
        Views.Update(v => v with { Past = false });
        Past.End();
        _recording!.Dispose();
    }
}
