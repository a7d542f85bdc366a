using KvLab.Core.Replication;
using KvLab.Core.Versioning;

namespace KvLab.Core.Members;

public sealed partial class Replica
{
    /// <inheritdoc cref="Leader.ContinueAsync"/>
    internal async Task ContinueAsync(EntryVersion last, IReadOnlyList<OpenWrite> open)
    {
        var leader = _role.Leader ?? throw new InvalidOperationException($"{NodeId} does not lead.");
        await leader.ContinueAsync(last, open);
        // A round at once would deliver all that is to be delivered one by one.
        BeginRepair(leader, later: true);
    }
}
