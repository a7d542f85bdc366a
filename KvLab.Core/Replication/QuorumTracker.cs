using System.Numerics;

namespace KvLab.Core.Replication;

public enum QuorumState
{
    /// <summary>Fewer than W acks so far, and W can still be reached.</summary>
    Pending,
    /// <summary>At least W distinct followers confirmed.</summary>
    Reached,
    /// <summary>More than N − W followers failed: no wait can help.</summary>
    Unreachable,
}

/// <summary>
/// The arithmetic of a write quorum, and nothing else: of N followers, W must confirm. Immutable; every answer gives a new tracker.
/// Followers are counted once each, however often they answer. A failure means "not known to be stored", so a later ack of the same
/// follower outweighs it, and an ack is never taken back.
/// </summary>
public readonly record struct QuorumTracker
{
    /// <summary>Followers are bits of a word.</summary>
    public const int MaxFollowers = 64;

    private readonly ulong _acked;
    private readonly ulong _failed;

    /// <param name="followers">N, 0 … 64.</param>
    /// <param name="required">W, 0 … N.</param>
    public QuorumTracker(int followers, int required)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(followers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(followers, MaxFollowers);
        ArgumentOutOfRangeException.ThrowIfNegative(required);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(required, followers);
        Followers = followers;
        Required = required;
    }

    private QuorumTracker(QuorumTracker before, ulong acked, ulong failed)
    {
        Followers = before.Followers;
        Required = before.Required;
        _acked = acked;
        _failed = failed;
    }

    /// <summary>N.</summary>
    public int Followers { get; }

    /// <summary>W.</summary>
    public int Required { get; }

    public int Acks => BitOperations.PopCount(_acked);
    public int Failures => BitOperations.PopCount(_failed);

    public QuorumState State =>
        Acks >= Required ? QuorumState.Reached
        : Failures > Followers - Required ? QuorumState.Unreachable
        : QuorumState.Pending;

    /// <param name="follower">0 … N − 1.</param>
    public QuorumTracker Ack(int follower) => new(this, _acked | Bit(follower), _failed & ~Bit(follower));

    /// <param name="follower">0 … N − 1.</param>
    public QuorumTracker Fail(int follower) => new(this, _acked, _failed | (Bit(follower) & ~_acked));

    private ulong Bit(int follower)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(follower);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(follower, Followers);
        return 1UL << follower;
    }
}
