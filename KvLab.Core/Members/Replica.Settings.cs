using KvLab.Core.CatchUp;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;

namespace KvLab.Core.Members;

public sealed partial class Replica
{
    // Whoever lowers W waits for it; who answers at all answers sooner.
    private static readonly TimeSpan PromisePatience = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// As <see cref="Leader.Change"/>. A W that falls is told to every follower that answers before it counts: else a leader that started right afterwards would go
    /// by the older, larger one, and begin without a write that the smaller one acknowledged. Who does not answer at once is told by <see cref="Repair"/>.
    /// </summary>
    public async Task<IReadOnlyList<FieldError>> ChangeAsync(Leader leader, LiveSettingsPatch patch)
    {
        if (leader.HasBegun && leader.LoweredBy(patch) is { } acks) await Task.WhenAll(leader.Followers.Select(TellAsync));
        return leader.Change(patch);

        async Task TellAsync(Peer follower)
        {
            try
            {
                await leader.NoteAsync(follower, _peers, hasEverything: false, acks, PromisePatience, _ended.Token);
            }
            catch (Exception silent) when (silent is TransportException or OperationCanceledException)
            {
                // A change of W must not wait for nodes that are away: that is when W is lowered. Nor for a node that ends.
            }
        }
    }
}
