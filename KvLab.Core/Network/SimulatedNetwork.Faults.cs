using System.Collections.Immutable;
using KvLab.Core.Configuration;

namespace KvLab.Core.Network;

public sealed partial class SimulatedNetwork
{
    /// <summary>A message that is to be overtaken waits for the next one no longer than this.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1);

    private readonly Lock _faultChanges = new();

    // Links that ever had a fault, by follower, for counts outlive healing. Replaced whole.
    private volatile ImmutableDictionary<string, FaultyLink> _everFaulty = ImmutableDictionary<string, FaultyLink>.Empty;

    // Those that have one now; null while none has, so that a healthy network pays one look at a field per message.
    private volatile ImmutableDictionary<string, FaultyLink>? _faulty;

    /// <summary>All links that have a fault now.</summary>
    public IReadOnlyDictionary<string, LinkFaults> Faults =>
        (_faulty ?? _everFaulty.Clear()).Select(l => (l.Key, l.Value.Faults)).Where(l => !l.Faults.IsNone).OrderBy(l => l.Key, NaturalOrder.Instance).ToDictionary(l => l.Key, l => l.Faults);

    /// <summary>Takes effect for every message that departs or arrives from now on. <see cref="LinkFaults.None"/> heals.</summary>
    /// <param name="followerId">Not necessarily known yet.</param>
    /// <exception cref="ArgumentException">The faults are out of range.</exception>
    public void SetFaults(string followerId, LinkFaults faults)
    {
        if (faults.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join(" ", errors.Select(e => e.Message)), nameof(faults));
        lock (_faultChanges)
        {
            if (!_everFaulty.TryGetValue(followerId, out var link))
            {
                if (faults.IsNone) return;
                _everFaulty = _everFaulty.Add(followerId, link = new FaultyLink(followerId, time));
            }

            link.Faults = faults;
            Publish(faults.IsNone ? _faulty?.Remove(followerId) : (_faulty ?? _everFaulty.Clear()).SetItem(followerId, link));
        }
    }

    /// <summary>What is set for a follower, and what that did so far.</summary>
    public LinkReport Report(string followerId) => _everFaulty.TryGetValue(followerId, out var link)
        ? new LinkReport(followerId, link.Faults, link.Counts)
        : new LinkReport(followerId, LinkFaults.None, LinkCounts.None);

    /// <inheritdoc cref="FaultyLink.Unheard"/>
    internal int Unheard(string followerId) => _everFaulty.TryGetValue(followerId, out var link) ? link.Unheard : 0;

    /// <summary>Any call to another node that is no message of a write (health, dumps, digests): it meets the same faults, so that a partition really separates.</summary>
    /// <param name="call">Is given a token that ends with the deadline.</param>
    /// <param name="timeout">From now until the caller gives up; only faults look at it, an open link leaves patience to the call.</param>
    /// <exception cref="TransportException">A fault took the request or its answer away.</exception>
    public Task<T> ExchangeAsync<T>(Peer peer, Func<CancellationToken, Task<T>> call, TimeSpan timeout, CancellationToken cancellation) =>
        FaultsOf(peer) is { } faulty
            ? faulty.CarryAsync(faulty.NextExchange(), call, timeout, lost: null, cancellation)
            : call(cancellation);

    private Task<ReplicateAnswer> SendThroughAsync(
        FaultyLink faulty, Peer follower, ReplicateMessage message, TimeSpan timeout, FateDraw? draw, CancellationToken cancellation)
    {
        var drawn = draw ?? faulty.NextExchange();
        return faulty.CarryAsync(
            drawn, token => SendAsync(follower, message, TimeSpan.Zero, timeout, draw: null, pastFaults: true, token), timeout,
            (reason, applied) => onLost?.Invoke(new LostMessage(follower.Id, message.Key, message.Version, drawn.Attempt, reason, applied)),
            cancellation);
    }

    private FaultyLink? FaultsOf(Peer peer) => _faulty is { } faulty ? faulty.GetValueOrDefault(peer.Id) : null;

    private void ForgetFaults(string followerId)
    {
        lock (_faultChanges)
        {
            _everFaulty = _everFaulty.Remove(followerId);
            Publish(_faulty?.Remove(followerId));
        }
    }

    // Under the lock of changes.
    private void Publish(ImmutableDictionary<string, FaultyLink>? faulty) => _faulty = faulty is { IsEmpty: false } ? faulty : null;
}
