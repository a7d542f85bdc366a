using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Live;
using KvLab.Web.Problems;

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

    /// <param name="before">The node's state before the command: first that must change, or an old crash would pass for the new one.</param>
    public static async Task<NodeAnswer> SettledNodeAsync(
        this IClusterState state, string id, NodeState? before, NodeState wanted, TimeProvider time, CancellationToken cancellation)
    {
        NodeView? Node(ClusterSnapshot s) => s.Nodes.FirstOrDefault(n => n.Id == id);
        await state.SettleAsync(s => Node(s)?.State != before, time, cancellation);
        await state.SettleAsync(s => Node(s)?.State is null or NodeState.Crashed || Node(s)?.State == wanted, time, cancellation,
            wanted == NodeState.Running ? StartPatience : Patience);
        return Node(state.Current) is { } node
            ? NodeAnswer.Of(node)
            : throw new CommandException(StatusCodes.Status404NotFound, $"{id} is no longer part of the cluster.");
    }

    public static NodeState? StateOf(this IClusterState state, string id) => state.Current.Nodes.FirstOrDefault(n => n.Id == id)?.State;
}
