using KvLab.Core.Network;

namespace KvLab.Core.Simulator.Mutants;

/// <summary>Nobody listens there, and the sender takes the end of its call for the answer: a catch block that returns.</summary>
internal sealed class RefusalCountingTransport(IReplicaTransport right) : IReplicaTransport
{
    public async Task<IReadOnlyList<ReplicateAnswer>> SendAsync(Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            return await right.SendAsync(follower, batch, timeout, cancellation);
        }
        catch (TransportException failure) when (failure.Failure == TransportFailure.Refused)
        {
            return [.. batch.Select(m => new ReplicateAnswer(ReplicateOutcome.Applied, m.Version, m.Version.Epoch, m.Lamport + 1, follower.Id))];
        }
    }
}
