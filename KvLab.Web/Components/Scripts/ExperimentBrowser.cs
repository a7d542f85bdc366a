using System.Text.Json;
using Microsoft.JSInterop;

namespace KvLab.Web.Components.Scripts;

/// <summary>What the experiment pages need of their browser (<c>wwwroot/js/experiments.js</c>): texts that survive, and the preview of a report. One per circuit.</summary>
public sealed class ExperimentBrowser(IJSRuntime js) : IAsyncDisposable
{
    private IJSObjectReference? _module;

    /// <param name="lasting">True for texts that outlive the tab, false for what belongs to it.</param>
    /// <returns>Null when there is none, when it is of another version or was changed by hand, or when storage is closed as in some private windows.</returns>
    public async Task<T?> LoadAsync<T>(string key, bool lasting) where T : class =>
        await ModuleAsync() is { } module ? StoredJson.Read<T>(await SafeJs.AskAsync(() => module.InvokeAsync<JsonElement>("load", key, lasting))) : null;

    /// <summary>A list of names that outlives the tab; empty where there is none.</summary>
    public async Task<string[]> LoadNamesAsync(string key) => [.. (await LoadAsync<string?[]>(key, lasting: true) ?? []).OfType<string>()];

    public Task SaveAsync<T>(string key, T value, bool lasting) => RunAsync("save", key, value, lasting);

    /// <summary>Shows a whole document in an iframe and keeps the place that its reader has scrolled to.</summary>
    public Task ShowPreviewAsync(string testId, string html) => RunAsync("showPreview", testId, html);

    /// <summary>Opens the browser's print dialog for the previewed document alone.</summary>
    public Task PrintPreviewAsync(string testId) => RunAsync("printPreview", testId);

    private async Task RunAsync(string function, params object?[] arguments)
    {
        if (await ModuleAsync() is { } module) await SafeJs.RunAsync(() => module.InvokeVoidAsync(function, arguments));
    }

    private async Task<IJSObjectReference?> ModuleAsync() =>
        _module ??= await SafeJs.AskAsync(() => js.InvokeAsync<IJSObjectReference>("import", "./js/experiments.js"));

    public ValueTask DisposeAsync() => SafeJs.DisposeAsync(_module);
}
