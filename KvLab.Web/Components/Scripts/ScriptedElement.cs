using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace KvLab.Web.Components.Scripts;

/// <summary>
/// What a script makes for one element of a page (its export <c>create</c>) and ends with it (<c>dispose</c>). What is asked of it before it is there waits;
/// for a page that was left in the meantime nothing is made, for its element is gone.
/// </summary>
internal sealed class ScriptedElement(IJSRuntime js, string script) : IAsyncDisposable
{
    private readonly TaskCompletionSource<IJSObjectReference?> _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IJSObjectReference? _module;
    private bool _gone;

    /// <returns>Null where the page or its browser is gone.</returns>
    public async Task<IJSObjectReference?> BeginAsync(ElementReference root, params object?[] facts)
    {
        _module = await SafeJs.AskAsync(() => js.InvokeAsync<IJSObjectReference>("import", script));
        var made = _gone || _module is null ? null : await SafeJs.AskAsync(() => _module.InvokeAsync<IJSObjectReference>("create", [root, .. facts]));
        if (_made.TrySetResult(made)) return made;
        await EndAsync(made);
        return null;
    }

    public async Task RunAsync(string name, params object?[] facts)
    {
        if (await _made.Task is { } made) await SafeJs.RunAsync(() => made.InvokeVoidAsync(name, facts));
    }

    /// <returns>Null where the page or its browser is gone.</returns>
    public async Task<T?> AskAsync<T>(string name, params object?[] facts) =>
        await _made.Task is { } made ? await SafeJs.AskAsync(() => made.InvokeAsync<T>(name, facts)) : default;

    /// <summary>What the script gives as bytes, such as a picture: in parts, so that no message is too long.</summary>
    /// <returns>Null where the page or its browser is gone.</returns>
    public async Task<byte[]?> BytesAsync(string name, long most) =>
        await _made.Task is { } made ? await SafeJs.BytesAsync(() => made.InvokeAsync<IJSStreamReference>(name), most) : null;

    public async ValueTask DisposeAsync()
    {
        _gone = true;
        // What is being made at this moment is ended by whoever waits for it.
        if (!_made.TrySetResult(null)) await EndAsync(await _made.Task);
    }

    private async Task EndAsync(IJSObjectReference? made)
    {
        if (made is not null)
        {
            await SafeJs.RunAsync(() => made.InvokeVoidAsync("dispose"));
            await SafeJs.DisposeAsync(made);
        }

        await SafeJs.DisposeAsync(_module);
    }
}
