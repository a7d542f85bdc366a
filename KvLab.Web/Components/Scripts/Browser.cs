using System.Text.Json;
using KvLab.Core.Configuration;
using KvLab.Web.Components.View;
using Microsoft.JSInterop;

namespace KvLab.Web.Components.Scripts;

/// <summary>What the page needs of its browser, behind one small module (<c>wwwroot/js/kvlab.js</c>). One per circuit.</summary>
public sealed class Browser(IJSRuntime js, ViewerClock clock) : IAsyncDisposable
{
    private IJSObjectReference? _module;
    private DotNetObjectReference<Browser>? _self;

    /// <summary>Raised when the tab is shown (true) or hidden (false).</summary>
    public event Action<bool>? VisibilityChanged;

    /// <summary>Raised with the name of a shortcut that was pressed outside of any input.</summary>
    public event Action<string>? ShortcutPressed;

    /// <summary>Raised when the system's colour scheme changes; true is dark.</summary>
    public event Action<bool>? SystemThemeChanged;

    /// <summary>What was typed and not yet sent, as of the last load or save.</summary>
    public Drafts Drafts { get; private set; } = new();

    /// <summary>The colours that were chosen in this browser, in any tab; null: none were.</summary>
    public ThemeChoice? ChosenTheme { get; private set; }

    /// <summary>Loads the module and the drafts, and begins to listen.</summary>
    /// <returns>Whether the system prefers dark.</returns>
    public async Task<bool> ConnectAsync()
    {
        _module = await SafeJs.AskAsync(() => js.InvokeAsync<IJSObjectReference>("import", "./js/kvlab.js"));
        if (_module is null) return false;
        Drafts = StoredJson.Read<Drafts>(await SafeJs.AskAsync(() => _module.InvokeAsync<JsonElement>("loadDrafts"))) ?? new Drafts();
        var facts = StoredJson.Read<BrowserFacts>(await SafeJs.AskAsync(() => _module.InvokeAsync<JsonElement>("facts")));
        clock.Use(facts?.Zone, facts?.MinutesEast ?? 0);
        ChosenTheme = EnumNames.TryParse<ThemeChoice>(facts?.Theme ?? "", out var theme) ? theme : null;
        _self = DotNetObjectReference.Create(this);
        return await SafeJs.AskAsync(() => _module.InvokeAsync<bool>("connect", _self));
    }

    public ValueTask ShowQueryAsync(string query) => Run("showQuery", query);

    /// <summary>The page around what Blazor draws has colours too: menus, dialogs, the ground.</summary>
    public ValueTask ShowThemeAsync(bool dark) => Run("showTheme", dark);

    /// <summary>For every later page of this browser, from its first paint on (<c>js/theme.js</c>).</summary>
    public ValueTask RememberThemeAsync(ThemeChoice choice) => Run("rememberTheme", choice.ToString().ToLowerInvariant());

    public ValueTask SaveDraftsAsync(Func<Drafts, Drafts> change)
    {
        Drafts = change(Drafts);
        return Run("saveDrafts", Drafts);
    }

    public ValueTask FocusAsync(string testId) => Run("focus", testId);

    /// <summary>Scrolls a list so that the row with this index is seen, whether it is rendered or not.</summary>
    public ValueTask RevealRowAsync(string listTestId, int index) => Run("revealRow", listTestId, index);

    public ValueTask DownloadAsync(string fileName, string contentType, string text) => Run("download", fileName, contentType, text);

    /// <summary>Keeps a chart as large as its place.</summary>
    public ValueTask WatchChartAsync(string elementId) => Run("watchChart", elementId);

    /// <summary>Moves a chart's axes along with its data, unless somebody zoomed into it; a double click lets it follow again.</summary>
    /// <param name="step">The distance of the ticks upwards.</param>
    public ValueTask FollowChartAsync(string elementId, double from, double to, double step) => Run("followChart", elementId, from, to, step);

    /// <param name="format">png or svg.</param>
    public ValueTask SaveChartAsync(string elementId, string format, string fileName) => Run("saveChart", elementId, format, fileName);

    /// <returns>The ids of a list's rows that are seen, the uppermost first.</returns>
    public async Task<string[]> SeenRowsAsync(string listTestId) =>
        _module is null ? [] : await SafeJs.AskAsync(() => _module.InvokeAsync<string[]>("seenRows", listTestId)) ?? [];

    /// <summary>A drawing as a PNG file.</summary>
    /// <returns>Null where the browser is gone.</returns>
    public async Task<byte[]?> PaintAsync(string svg, long most) =>
        _module is null ? null : await SafeJs.BytesAsync(() => _module.InvokeAsync<IJSStreamReference>("paint", svg), most);

    [JSInvokable]
    public void OnVisibility(bool visible) => VisibilityChanged?.Invoke(visible);

    [JSInvokable]
    public void OnShortcut(string name) => ShortcutPressed?.Invoke(name);

    /// <summary>A button that does what a shortcut does.</summary>
    public void Press(string shortcut) => ShortcutPressed?.Invoke(shortcut);

    [JSInvokable]
    public void OnSystemTheme(bool dark) => SystemThemeChanged?.Invoke(dark);

    private sealed record BrowserFacts(string? Theme, string? Zone, int MinutesEast);

    private ValueTask Run(string function, params object?[] arguments) =>
        _module is null ? ValueTask.CompletedTask : SafeJs.RunAsync(() => _module.InvokeVoidAsync(function, arguments));

    public async ValueTask DisposeAsync()
    {
        if (_module is not null)
        {
            await Run("disconnect");
            await SafeJs.DisposeAsync(_module);
        }
        _self?.Dispose();
    }
}
