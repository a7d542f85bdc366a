using Microsoft.JSInterop;

namespace KvLab.Web.Components.Scripts;

/// <summary>
/// The one place that knows how calls to a browser end when its circuit ends: the browser may be gone at any moment, and then there
/// is nothing left to do.
/// </summary>
public static class SafeJs
{
    public static async ValueTask RunAsync(Func<ValueTask> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (IsGone(e))
        {
        }
    }

    public static async ValueTask<T?> AskAsync<T>(Func<ValueTask<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (IsGone(e))
        {
            return default;
        }
    }

    /// <summary>What a script gives as bytes, such as a picture: in parts, so that no message is too long.</summary>
    /// <returns>Null where the page or its browser is gone.</returns>
    public static async Task<byte[]?> BytesAsync(Func<ValueTask<IJSStreamReference>> call, long most)
    {
        if (await AskAsync(call) is not { } reference) return null;
        await using (reference)
        {
            await using var stream = await reference.OpenReadStreamAsync(most);
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes);
            return bytes.ToArray();
        }
    }

    public static ValueTask DisposeAsync(IAsyncDisposable? module) =>
        module is null ? ValueTask.CompletedTask : RunAsync(module.DisposeAsync);

    private static bool IsGone(Exception e) => e is JSDisconnectedException or OperationCanceledException or ObjectDisposedException;
}
