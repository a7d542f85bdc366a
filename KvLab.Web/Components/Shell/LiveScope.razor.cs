using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Components.Bases;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace KvLab.Web.Components.Shell;

public sealed partial class LiveScope : LiveComponent
{
    private readonly ChangeAnnouncer _announcer = new();
    private ClusterSnapshot _latest = ClusterSnapshot.Empty;
    private ClusterSnapshot _shown = ClusterSnapshot.Empty;
    private bool _visible = true;
    private bool _connected;
    private bool _ready;
    private bool _systemDark;
    private int? _tour;
    private ThemeChoice _theme;

    [Inject] public required ViewStore Views { get; init; }
    [Inject] public required PastView Past { get; init; }
    [Inject] public required Browser Browser { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required IDialogService Dialogs { get; init; }
    [Inject] public required Announcements Announcements { get; init; }

    [Parameter] public RenderFragment? ChildContent { get; set; }

    private bool Dark => Views.Options.Theme == ThemeChoice.Dark || (Views.Options.Theme == ThemeChoice.System && _systemDark);

    private bool Paused { get; set; }

    private ClusterSnapshot Shown => Past.Shown ?? _shown;

    /// <summary>Events that came since the pause began.</summary>
    private long Waiting => _latest.Events.Total() - _shown.Events.Total();

    protected override void OnInitialized()
    {
        Views.Update(_ => ViewQuery.Read(Navigation.Uri));
        _theme = Views.Options.Theme;
        Views.Changed += OnViewChanged;
        Past.Changed += StateHasChanged;
        Browser.VisibilityChanged += OnVisibility;
        Browser.SystemThemeChanged += OnSystemTheme;
        Browser.ShortcutPressed += OnShortcut;
        base.OnInitialized();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _systemDark = await Browser.ConnectAsync();
            // A link that names its colours has them; any other page has those that were chosen last.
            if (_theme == ThemeChoice.System && Browser.ChosenTheme is { } chosen)
            {
                _theme = chosen;
                Views.Update(v => v with { Theme = chosen });
            }
            _connected = true;
            StateHasChanged();
        }
        else if (_connected && !_ready)
        {
            _ready = true;
            StateHasChanged();
        }
    }

    protected override void OnSnapshotShown(ClusterSnapshot snapshot)
    {
        _latest = snapshot;
        if (_announcer.Next(snapshot) is { } sentence && Past.Shown is null) Announcements.Say(sentence);
        // Nobody sees a hidden tab: nothing is rendered for it until it is shown again.
        if (!_visible) return;
        if (!Paused) _shown = snapshot;
        // Whoever looks at a recording sees nothing of the present.
        if (Past.Shown is null) StateHasChanged();
    }

    private void OnVisibility(bool visible)
    {
        _visible = visible;
        if (visible) OnSnapshotShown(State.Current);
    }

    private void OnSystemTheme(bool dark)
    {
        _systemDark = dark;
        StateHasChanged();
        _ = InvokeAsync(() => Browser.ShowThemeAsync(Dark).AsTask());
    }

    private void OnViewChanged()
    {
        StateHasChanged();
        _ = InvokeAsync(async () =>
        {
            await Browser.ShowQueryAsync(ViewQuery.WriteBeside(Navigation.Uri, Views.Options));
            await Browser.ShowThemeAsync(Dark);
            if (Views.Options.Theme == _theme) return;
            _theme = Views.Options.Theme;
            await Browser.RememberThemeAsync(_theme);
        });
    }

    private void TogglePause()
    {
        Paused = !Paused;
        if (!Paused) _shown = _latest;
        Announcements.Say(Paused ? "The view is paused." : "The view continues.");
        StateHasChanged();
    }

    private void OnShortcut(string name)
    {
        switch (name)
        {
            case "pause" when Past.Shown is null: TogglePause(); break;
            case "projector": Views.Update(v => v with { Projector = !v.Projector }); break;
            case "escape": Views.Update(v => v.Projector ? v with { Projector = false } : v with { Selection = Selection.None }); break;
            case "next": Step(+1); break;
            case "previous": Step(-1); break;
            case "search": _ = InvokeAsync(SearchAsync); break;
            case "tour":
                Views.Update(v => v with { Projector = false });
                _tour = 0;
                StateHasChanged();
                break;
            case "help": _ = InvokeAsync(ShowHelpAsync); break;
            default: break; // write and burst belong to their forms
        }
    }

    private async Task SearchAsync()
    {
        Views.Update(v => v with { Data = DataTab.Events });
        await Browser.FocusAsync("events-text");
    }

    private void Step(int by)
    {
        var stages = Enum.GetValues<Stage>().Length;
        Views.Update(v => v.Projector ? v with { Stage = (Stage)(((int)v.Stage + by + stages) % stages) } : v);
    }

    private Task ShowHelpAsync() => Dialogs.ShowAsync<HelpDialog>("Help", new DialogOptions { MaxWidth = MaxWidth.Medium, FullWidth = true, CloseButton = true });

    protected override void Dispose(bool disposing)
    {
        Views.Changed -= OnViewChanged;
        Past.Changed -= StateHasChanged;
        Browser.VisibilityChanged -= OnVisibility;
        Browser.SystemThemeChanged -= OnSystemTheme;
        Browser.ShortcutPressed -= OnShortcut;
        base.Dispose(disposing);
    }
}
