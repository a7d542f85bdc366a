using KvLab.Core.Network;
using KvLab.Core.Simulation;

namespace KvLab.Tests.Infrastructure;

/// <summary>How badly a network behaves; probabilities per batch.</summary>
/// <param name="LoseRequest">The batch never arrives; the sender learns nothing until its timeout.</param>
/// <param name="LoseAnswer">The batch arrives, its answer does not.</param>
/// <param name="Duplicate">The batch arrives once more, some time later.</param>
public sealed record Roughness(double LoseRequest = 0, double LoseAnswer = 0, double Duplicate = 0)
{
    public static readonly Roughness None = new();
}

/// <summary>What a real network may do to a batch: lose it, lose its answer, bring it twice, and always take turns with everything else.</summary>
public sealed class RoughTransport(IReplicaTransport inner, VirtualWorld world) : IReplicaTransport
{
    private const double LongestEchoMs = 300;

    public Roughness Roughness { get; set; } = Roughness.None;

    public async Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
        Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation)
    {
        await Task.Yield();
        if (Happens(Roughness.LoseRequest)) await TimeOutAsync(follower, timeout, cancellation);
        var loseAnswer = Happens(Roughness.LoseAnswer);
        if (Happens(Roughness.Duplicate)) _ = EchoAsync(follower, batch, timeout);
        var answers = await inner.SendAsync(follower, batch, timeout, cancellation);
        if (loseAnswer) await TimeOutAsync(follower, timeout, cancellation);
        await Task.Yield();
        return answers;
    }

    private bool Happens(double probability) => probability > 0 && world.Random.NextDouble() < probability;

    private async Task TimeOutAsync(Peer follower, TimeSpan timeout, CancellationToken cancellation)
    {
        await Task.Delay(timeout, world.Time, cancellation);
        throw new TransportException(TransportFailure.Timeout, $"{follower.Id} did not answer within {timeout.TotalMilliseconds:0} ms.");
    }

    private async Task EchoAsync(Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(world.Random.NextDouble() * LongestEchoMs), world.Time);
        try
        {
            await inner.SendAsync(follower, batch, timeout, CancellationToken.None);
        }
        catch (TransportException)
        {
            // The follower is down: the echo is lost as the original would have been.
        }
    }
}
