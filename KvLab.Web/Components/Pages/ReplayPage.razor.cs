using System.Globalization;
using KvLab.Web.Components.Fields;
using KvLab.Web.Components.Panels.Map;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.Replays;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace KvLab.Web.Components.Pages;

/// <summary>
/// The live page at a moment of a recording: the same panels, for they do not know where a snapshot comes from. The address holds the moment and the speed, so that a link opens the same.
/// </summary>
public sealed partial class ReplayPage : IAsyncDisposable
{
    private OpenRecording? _recording;
    private ReplaySession? _session;
    private MapMoment? _moment;
    private bool _missing;

    [Parameter] public string Recording { get; set; } = "";

    /// <summary>ms since the recording began.</summary>
    [SupplyParameterFromQuery(Name = "at")] public double? At { get; set; }
    [SupplyParameterFromQuery(Name = "speed")] public double? Speed { get; set; }

    [CascadingParameter] public ViewOptions View { get; set; } = ViewOptions.Default;

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

        _session = new ReplaySession(_recording.Stream, Time);
        if (Speed is { } speed) _session.SetSpeed(speed);
        if (At is { } at) _session.GoTo(at);
        else if (_recording.Grows) _session.GoTo(_session.LengthMs);
        _session.Moved += OnMoved;
        Browser.ShortcutPressed += OnShortcut;
        Views.Update(v => v with { Past = true });
        Show();
    }

    private void OnMoved() => _ = InvokeAsync(Show);

    private void Show()
    {
        if (_session is null) return;
        _moment = new MapMoment(_session.ObserverMs, _session.Plays ? _session.Speed : 0);
        Past.Show(_session.Snapshot, $"{_recording!.Name}, {Clock.Second(_session.Utc)}, {ReplayTime.Write(_session.AtMs)} after its beginning");
        StateHasChanged();
        if (!_session.Plays) ShowAddress();
    }

    /// <summary>While it plays the address stays as it is: a link is made of a moment, not of a film.</summary>
    private void ShowAddress()
    {
        var at = _session!.AtMs.ToString("0.###", CultureInfo.InvariantCulture);
        var speed = _session.Speed.ToString("0.##", CultureInfo.InvariantCulture);
        var here = new Uri(Navigation.Uri);
        var others = QueryHelpers.ParseQuery(here.Query).Where(p => p.Key is not ("at" or "speed")).Select(p => KeyValuePair.Create(p.Key, (string?)p.Value.ToString()));
        var own = QueryHelpers.AddQueryString("", others.Append(new("at", at)).Append(new("speed", speed)));
        var address = here.GetLeftPart(UriPartial.Path) + ViewQuery.WriteBeside(here.GetLeftPart(UriPartial.Path) + own, Views.Options);
        if (address != Navigation.Uri) Navigation.NavigateTo(address, replace: true);
    }

    private void OnShortcut(string name)
    {
        if (name == "pause") _session?.Play(!_session.Plays);
    }

    // As on the live page: what a projector does not show stays in the page at its full size.
    private string? Seen(params Stage[] on) => !View.Projector || on.Contains(View.Stage) ? null : "invisible";

    private string Seen(DataTab tab, Stage on) => View.Projector ? $"d-flex {Seen(on)}" : View.Data == tab ? "d-flex" : "d-none";

    private bool Shows(Stage stage, DataTab tab) => View.Projector ? View.Stage == stage : View.Data == tab;

    private RenderFragment? TabsOf(DataTab tab) => View.Projector || View.Data != tab ? null : builder =>
    {
        builder.OpenComponent<Segments<DataTab>>(0);
        builder.AddComponentParameter(1, "Label", "Below the map");
        builder.AddComponentParameter(2, "Values", Enum.GetValues<DataTab>());
        builder.AddComponentParameter(3, "Value", View.Data);
        builder.AddComponentParameter(4, "ValueChanged", EventCallback.Factory.Create<DataTab>(this, chosen => Views.Update(v => v with { Data = chosen })));
        builder.AddComponentParameter(5, "ItemId", (Func<DataTab, string>)(value => $"data-{value.ToString().ToLowerInvariant()}"));
        builder.CloseComponent();
    };

    public async ValueTask DisposeAsync()
    {
        Browser.ShortcutPressed -= OnShortcut;
        if (_session is not null)
        {
            _session.Moved -= OnMoved;
            Views.Update(v => v with { Past = false });
            Past.End();
            await _session.DisposeAsync();
        }

        _recording?.Dispose();
    }
}
