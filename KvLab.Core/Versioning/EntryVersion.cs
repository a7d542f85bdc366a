using System.Globalization;
using KvLab.Core.Configuration;

namespace KvLab.Core.Versioning;

/// <summary>
/// The age of one write: the reign of the leader that accepted it, and that leader's counter.
/// Entries compare by (epoch, counter); a leader's counter never goes back, also not over a change of epoch.
/// </summary>
/// <param name="Epoch">The leader's reign, ≥ 1.</param>
/// <param name="Counter">What the protocol and the REST API call <c>version</c>: int64, ≥ 1, strictly increasing within an epoch. The pair is never reused; the number alone may be, after a failover from a leader that went on unseen.</param>
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

    /// <summary>How many versions this is newer than <paramref name="older"/>; 0 where that is of another epoch, whose numbers may overlap with these.</summary>
    public long VersionsAbove(EntryVersion older) => Epoch == older.Epoch ? Math.Max(0, Counter - older.Counter) : 0;

    public static EntryVersion Max(EntryVersion left, EntryVersion right) => left >= right ? left : right;

    public static bool operator >(EntryVersion left, EntryVersion right) => left.CompareTo(right) > 0;
    public static bool operator <(EntryVersion left, EntryVersion right) => left.CompareTo(right) < 0;
    public static bool operator >=(EntryVersion left, EntryVersion right) => left.CompareTo(right) >= 0;
    public static bool operator <=(EntryVersion left, EntryVersion right) => left.CompareTo(right) <= 0;

    /// <summary><c>v17</c>, and <c>e3·v17</c> where the epoch is not the first; what shows several epochs at once writes <see cref="WithEpoch"/> for all of them.</summary>
    public override string ToString() => IsNone ? "nothing" : Epoch <= 1 ? $"v{Counter}" : WithEpoch(Epoch, Counter);

    /// <summary><c>e2·v17</c>: the number alone may be used again by a leader that never heard of the first.</summary>
    public static string WithEpoch(long epoch, long counter) => string.Create(CultureInfo.InvariantCulture, $"e{epoch}·v{counter}");
}
