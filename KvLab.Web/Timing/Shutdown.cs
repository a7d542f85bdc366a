namespace KvLab.Web.Timing;

/// <summary>How the dashboard ends: runs are asked to, and nothing is waited for without a bound.</summary>
internal static class Shutdown
{
    /// <summary>How long a run that was cancelled may take to put the cluster back.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>False when it did not end in time, and is left behind.</returns>
    public static async Task<bool> EndsAsync(Task run, TimeProvider time)
    {
        try
        {
            await run.WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (Exception) when (run.IsCompleted)
        {
            // It has ended; why it failed was said in its own state.
        }

        return true;
    }
}
