using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Timing;

namespace KvLab.Web.Live;

public static class ClusterStateWaiting
{
    /// <summary>Waits until the state is as wanted; the state at that moment.</summary>
    /// <exception cref="TimeoutException">It was not within <paramref name="patience"/>.</exception>
    public static async Task<ClusterSnapshot> WhenAsync(
        this IClusterState state, Func<ClusterSnapshot, bool> isWanted, TimeSpan patience, TimeProvider time, CancellationToken cancellation = default)
    {
        var found = new TaskCompletionSource<ClusterSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (snapshot, subscription) = state.Subscribe(newer =>
        {
            if (isWanted(newer)) found.TrySetResult(newer);
        });
        using (subscription)
            return isWanted(snapshot) ? snapshot : await found.Task.WaitAwakeAsync(patience, time, cancellation);
    }
}
