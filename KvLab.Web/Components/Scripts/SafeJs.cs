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

    public static ValueTask DisposeAsync(IAsyncDisposable? module) =>
        module is null ? ValueTask.CompletedTask : RunAsync(module.DisposeAsync);

    private static bool IsGone(Exception e) => e is JSDisconnectedException or OperationCanceledException or ObjectDisposedException;
}
