using System.Collections.Concurrent;
using KvLab.Core.Waiting;

namespace KvLab.Core.Network;

/// <summary>Limits of one link between the leader and a follower.</summary>
public sealed record NetworkOptions
{
    /// <summary>Messages that travel together at most.</summary>
    public int MaxBatchMessages { get; init; } = 512;

    /// <summary>Bytes of keys and values that travel together at most; one larger message travels alone.</summary>
    public int MaxBatchBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// Batches under way to one follower at a time. One would make a message wait for the answer of the batch before it;
    /// many would make batches of one message each.
    /// </summary>
    public int MaxBatchesInFlight { get; init; } = 2;
}

/// <summary>
/// The network between a leader and its followers: the only place where delay and faults live, the same over every transport.
/// Each message waits for its own delay on a timer, never behind another; what is due for one follower at the same time travels together.
/// </summary>
/// <param name="onLost">Told of every message of a write that a fault takes away.</param>
public sealed partial class SimulatedNetwork(
    IReplicaTransport transport, TimeProvider time, NetworkOptions? options = null, Action<LostMessage>? onLost = null)
{
    private readonly NetworkOptions _options = options ?? new NetworkOptions();
    private readonly ConcurrentDictionary<Peer, Link> _links = new();

    /// <param name="delay">How long the message is on the way before it arrives.</param>
    /// <param name="timeout">How long the follower may take to answer once it arrived; what faults add counts here.</param>
    /// <param name="draw">What its fates under faults are drawn from; null for a message that is no attempt of a write.</param>
    /// <exception cref="TransportException">Not known to be stored.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; a message that had left may still arrive.</exception>
    public Task<ReplicateAnswer> SendAsync(
        Peer follower, ReplicateMessage message, TimeSpan delay, TimeSpan timeout, CancellationToken cancellation, FateDraw? draw = null) =>
        SendAsync(follower, message, delay, timeout, draw, pastFaults: false, cancellation);

    // One method for messages before and behind the faults, so that a healthy message pays for one promise only.
    private async Task<ReplicateAnswer> SendAsync(
        Peer follower, ReplicateMessage message, TimeSpan delay, TimeSpan timeout, FateDraw? draw, bool pastFaults, CancellationToken cancellation)
    {
        MessageUnderWay? chosen = null;
        if (delay > TimeSpan.Zero)
        {
            chosen = Choose(follower, message);
            await time.WaitForSendingAsync(delay, cancellation);
        }

        cancellation.ThrowIfCancellationRequested();
        if (!pastFaults && FateOf(follower, chosen) is { } faulty) return await SendThroughAsync(faulty, follower, message, timeout, draw, cancellation);
        var parcel = new Parcel(message, timeout);
        await using (cancellation.UnsafeRegister(static (p, token) => ((Parcel)p!).Cancel(token), parcel))
        {
            _links.GetOrAdd(follower, static (peer, network) => new Link(peer, network.Transport, network._options), this).Post(parcel);
            return await parcel.Answer;
        }
    }

    private MessageUnderWay? Choose(Peer follower, ReplicateMessage message)
    {
        if (time is not IChosenTime chooses) return null;
        var chosen = new MessageUnderWay(message.From, follower.Id, message.Key, message.Version, message.Attempt);
        chooses.Next(chosen);
        return chosen;
    }

    private FaultyLink? FateOf(Peer follower, MessageUnderWay? chosen) => chosen?.Fate is { } fate ? new FaultyLink(follower.Id, time) { Faults = fate } : FaultsOf(follower);

    /// <summary>Forgets a follower that was removed, with its faults.</summary>
    public void Forget(Peer follower)
    {
        _links.TryRemove(follower, out _);
        ForgetFaults(follower.Id);
    }

    private IReplicaTransport Transport { get; } = transport;
}
