using KvLab.Core.Configuration;

namespace KvLab.Core.Versioning;

/// <summary>
/// The age of one write: the reign of the leader that accepted it, and that leader's counter.
/// Entries compare by (epoch, counter); a leader's counter never goes back, also not over a change of epoch.
/// </summary>
/// <param name="Epoch">The leader's reign, ≥ 1.</param>
/// <param name="Counter">What the protocol and the REST API call <c>version</c>: int64, ≥ 1, strictly increasing, never reused.</param>
public readonly record struct EntryVersion(long Epoch, long Counter) : IComparable<EntryVersion>
{
    /// <summary>Older than every write: "nothing is held".</summary>
    public static readonly EntryVersion None;

    public bool IsNone => this == None;

    public int CompareTo(EntryVersion other)
    {
        var byEpoch = Epoch.CompareTo(other.Epoch);
        return byEpoch != 0 ? byEpoch : Counter.CompareTo(other.Counter);
    }

    /// <summary>
    /// The higher epoch and the higher counter, each for itself: what a node has seen, and no version of any write. A version that only a message by hand can
    /// have (above <see cref="InputRules.LargestClock"/>) is left out, for a leader could not count on from there.
    /// </summary>
    public EntryVersion Having(EntryVersion seen) =>
        seen.IsCountable ? new EntryVersion(Math.Max(Epoch, seen.Epoch), Math.Max(Counter, seen.Counter)) : this;

    /// <summary>Whether a leader could have given it, and can count on from there.</summary>
    public bool IsCountable => Counter <= InputRules.LargestClock && Epoch <= InputRules.LargestClock;

    public static EntryVersion Max(EntryVersion left, EntryVersion right) => left >= right ? left : right;

    public static bool operator >(EntryVersion left, EntryVersion right) => left.CompareTo(right) > 0;
    public static bool operator <(EntryVersion left, EntryVersion right) => left.CompareTo(right) < 0;
    public static bool operator >=(EntryVersion left, EntryVersion right) => left.CompareTo(right) >= 0;
    public static bool operator <=(EntryVersion left, EntryVersion right) => left.CompareTo(right) <= 0;

    /// <summary><c>v17</c>, as everywhere on screen; the epoch only shows where it is not the first.</summary>
    public override string ToString() => IsNone ? "nothing" : Epoch <= 1 ? $"v{Counter}" : $"v{Counter} (epoch {Epoch})";
}
