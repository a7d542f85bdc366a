using KvLab.Core.Versioning;

namespace KvLab.Core.Observation.Timeline;

/// <summary>
/// Which messages came out of order: of one key at one follower, an older version after a newer one; both of them count. The same rule as in
/// <see cref="Traffic.MessageQuery"/>, one arrival after the other.
/// </summary>
internal sealed class InversionBook
{
    /// <summary>So many arrivals of one key at one follower are remembered at least; what comes after more of them is still seen, the oldest of those that it came after are not marked.</summary>
    private const int Kept = 512;

    private sealed class Arrivals
    {
        public readonly List<Arrival> InOrder = [];

        /// <summary>Of those that were let go.</summary>
        public EntryVersion Newest;
    }

    /// <param name="NewestBefore">The newest version among this one and all before it.</param>
    private readonly record struct Arrival(long Ns, long Lamport, EntryVersion Version, long Number, EntryVersion NewestBefore);

    private readonly Dictionary<(string Follower, string Key), Arrivals> _places = [];

    /// <returns>Those that are out of order now and were not known to be, this one included.</returns>
    public List<long> Arrive(string follower, string key, EntryVersion version, long ns, long lamport, long number)
    {
        if (!_places.TryGetValue((follower, key), out var place)) _places[(follower, key)] = place = new Arrivals();
        var all = place.InOrder;
        var at = all.Count;
        while (at > 0 && (all[at - 1].Ns, all[at - 1].Lamport).CompareTo((ns, lamport)) > 0) at--;
        var before = at > 0 ? all[at - 1].NewestBefore : place.Newest;
        all.Insert(at, new Arrival(ns, lamport, version, number, EntryVersion.Max(version, before)));
        var found = new List<long>();
        var alone = !(before > version);
        for (var i = at - 1; i >= 0 && all[i].NewestBefore > version; i--)
            if (all[i].Version > version) found.Add(all[i].Number);
        // Its report came late: others have arrived after it.
        for (var i = at + 1; i < all.Count; i++)
        {
            if (all[i].Version < version)
            {
                found.Add(all[i].Number);
                alone = false;
            }

            all[i] = all[i] with { NewestBefore = EntryVersion.Max(all[i].Version, all[i - 1].NewestBefore) };
        }

        if (!alone) found.Add(number);
        if (all.Count > 2 * Kept)
        {
            place.Newest = all[all.Count - Kept - 1].NewestBefore;
            all.RemoveRange(0, all.Count - Kept);
        }

        return found;
    }

    /// <summary>It is not remembered any more.</summary>
    public void Forget(string follower, string key, long number)
    {
        if (!_places.TryGetValue((follower, key), out var place)) return;
        var at = place.InOrder.FindIndex(a => a.Number == number);
        if (at >= 0) place.InOrder.RemoveAt(at);
        if (place.InOrder.Count == 0) _places.Remove((follower, key));
    }

    public void Clear() => _places.Clear();
}
