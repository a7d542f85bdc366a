using KvLab.Web.State;

namespace KvLab.Web.Api;

/// <summary>
/// A script that reads after its own command should see the command's effect: the answer waits a little for the event of it.
/// Where none comes in time the answer goes out all the same, because the command itself was carried out.
/// </summary>
internal static class Settling
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);

    public static async Task SettleAsync(
        this IClusterState state, Func<ClusterSnapshot, bool> isSettled, TimeProvider time, CancellationToken cancellation, TimeSpan? patience = null)
    {
        try
        {
            await state.WhenAsync(isSettled, patience ?? Patience, time, cancellation);
        }
        catch (TimeoutException)
        {
        }
    }

    public static async Task<NodeAnswer> SettledNodeAsync(
        this IClusterState state, string id, NodeState wanted, TimeProvider time, CancellationToken cancellation)
    {
        await state.SettleAsync(
            s => s.Nodes.Any(n => n.Id == id && (n.State == wanted || n.State == NodeState.Crashed)), time, cancellation,
            wanted == NodeState.Running ? StartPatience : Patience);
        return NodeAnswer.Of(state.Current.Nodes.First(n => n.Id == id));
    }
}
