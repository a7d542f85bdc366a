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

    public static EntryVersion Max(EntryVersion left, EntryVersion right) => left >= right ? left : right;

    public static bool operator >(EntryVersion left, EntryVersion right) => left.CompareTo(right) > 0;
    public static bool operator <(EntryVersion left, EntryVersion right) => left.CompareTo(right) < 0;
    public static bool operator >=(EntryVersion left, EntryVersion right) => left.CompareTo(right) >= 0;
    public static bool operator <=(EntryVersion left, EntryVersion right) => left.CompareTo(right) <= 0;

    /// <summary><c>v17</c>, as everywhere on screen; the epoch only shows where it is not the first.</summary>
    public override string ToString() => IsNone ? "nothing" : Epoch <= 1 ? $"v{Counter}" : $"v{Counter} (epoch {Epoch})";
}
