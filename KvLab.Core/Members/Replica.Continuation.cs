using KvLab.Core.CatchUp;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Versioning;
using KvLab.Core.Waiting;

namespace KvLab.Core.Members;

public sealed partial class Replica
{
    /// <inheritdoc cref="Leader.ContinueAsync"/>
    internal async Task ContinueAsync(EntryVersion last, IReadOnlyList<OpenWrite> open)
    {
        var leader = _role.Leader ?? throw new InvalidOperationException($"{NodeId} does not lead.");
        await leader.ContinueAsync(last, open);
        _reign = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        _repairing = RepairLaterAsync(leader, _reign.Token);
    }

    // A round of repair at once would deliver all that is to be delivered one by one.
    private async Task RepairLaterAsync(Leader leader, CancellationToken cancellation)
    {
        try
        {
            await _time.For(leader, static l => $"{l.NodeId} begins its next repair round: who lacks something?").WaitAsync(Repair.Interval, cancellation);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        _repair = new Repair(leader, _peers, _time);
        await _repair.RunAsync(cancellation);
    }
}
