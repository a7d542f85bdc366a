using KvLab.Web.Components.Bases;
using KvLab.Web.Components.Panels.Map;
using KvLab.Web.Components.Panels.Timeline;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.Replays;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Pages;

/// <summary>
/// The live page at a moment of a recording: the same panels, for they do not know where a snapshot comes from. The address holds the moment and the speed, so that a link opens the same.
/// </summary>
public sealed partial class ReplayPage : PastPage, IAsyncDisposable
{
    private OpenRecording? _recording;
    private ReplaySession? _session;
    private MapMoment? _moment;
    private PastLines? _lines;
    private double? _zoom;
    private bool _missing;
    private bool _gone;

    [Parameter] public string Recording { get; set; } = "";

    /// <summary>ms since the recording began.</summary>
    [SupplyParameterFromQuery(Name = "at")] public double? At { get; set; }
    [SupplyParameterFromQuery(Name = "speed")] public double? Speed { get; set; }

    /// <summary>ms that the diagram below the map shows from left to right.</summary>
    [SupplyParameterFromQuery(Name = "zoom")] public double? Zoom { get; set; }

    [Inject] public required IRecordedStreams Recordings { get; init; }
    [Inject] public required PastView Past { get; init; }
    [Inject] public required ViewStore Views { get; init; }
    [Inject] public required ViewerClock Clock { get; init; }
    [Inject] public required Browser Browser { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    protected override async Task OnInitializedAsync()
    {
        // Reading a large file must not hold up the circuit.
        _recording = await Task.Run(() => Recordings.Open(Recording));
        if (_recording is null)
        {
            _missing = true;
            return;
        }

        if (_gone)
        {
            _recording.Dispose();
            return;
        }

        (_session, _lines) = (new ReplaySession(_recording.Stream, Time), new PastLines(_recording.Id, $"./timeline?recording={_recording.Id}", () => RecordedTimeline.Read(_recording.Stream)));
        if (Speed is { } speed) _session.SetSpeed(speed);
        _zoom = Zoom is > 0 and < TimelineAddress.WidestMs ? Zoom : null;
        if (At is { } at) _session.GoTo(at);
        else if (_recording.Grows) _session.GoTo(_session.LengthMs);
        _session.Moved += OnMoved;
        Views.Changed += OnViewChanged;
        Browser.ShortcutPressed += OnShortcut;
        Views.Update(v => v with { Past = true });
        if (TimelineAddress.Selected(Navigation.Uri) is var (version, node) && Views.Options.Selection.IsNone && _session.Snapshot.Writes.FirstOrDefault(w => w.Version == version) is { } write)
            Views.Select(new Selection(write.Key, version, node));
        Show();
    }

    private void OnMoved() => _ = InvokeAsync(Show);

    private void Show()
    {
        // What was on its way when its viewer left must not bring the past back.
        if (_session is null || _gone) return;
        _moment = new MapMoment(_session.ObserverMs, _session.Plays ? _session.Speed : 0);
        Draw(() => Past.Show(_session.Snapshot, $"{_recording!.Name}, {Clock.Second(_session.Utc)}, {ReplayTime.Write(_session.AtMs)} after its beginning"));
        if (!_session.Plays) ShowAddress();
    }

    /// <summary>While it plays the address stays as it is: a link is made of a moment, not of a film.</summary>
    private void ShowAddress()
    {
        // Whoever has left for another page has another address.
        if (!Navigation.ToBaseRelativePath(Navigation.Uri).StartsWith("replay/", StringComparison.Ordinal)) return;
        var uri = Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>
        {
            ["at"] = Math.Round(_session!.AtMs, 3),
            ["speed"] = _session.Speed,
            ["zoom"] = _zoom,
            ["select"] = TimelineAddress.Write(Views.Options.Selection),
        });
        var address = uri.Split('?')[0] + ViewQuery.WriteBeside(uri, Views.Options);
        if (address != Navigation.Uri) Navigation.NavigateTo(address, replace: true);
    }

    /// <summary>What is selected is in the link too.</summary>
    private void OnViewChanged()
    {
        if (_session is { Plays: false }) ShowAddress();
    }

    private void SetZoom(double? zoom)
    {
        _zoom = zoom;
        if (!_session!.Plays) ShowAddress();
    }

    private void GoTo(double observerMs) => _session!.GoTo(observerMs - _session.ObserverMs + _session.AtMs);

    private void OnShortcut(string name)
    {
        if (name == "pause") _session?.Play(!_session.Plays);
    }

    public async ValueTask DisposeAsync()
    {
        _gone = true;
        Views.Changed -= OnViewChanged;
        Browser.ShortcutPressed -= OnShortcut;
        if (_session is null) return;
        _session.Moved -= OnMoved;
        Views.Update(v => v with { Past = false });
        Past.End();
        await _session.DisposeAsync();
        _recording!.Dispose();
    }
}
