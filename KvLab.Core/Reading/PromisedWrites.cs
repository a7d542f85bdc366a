using System.Collections.Concurrent;
using KvLab.Core.Versioning;

namespace KvLab.Core.Reading;

/// <summary>
/// What clients were promised, by key: the versions that were answered with success, and when. Noted before the client has its answer, so whoever begins to read after that finds it here.
/// Safe for concurrent use.
/// </summary>
public sealed class PromisedWrites(TimeProvider time)
{
    /// <summary>Of one key; a read that is older than all of these is that far behind or further.</summary>
    public const int MostPerKey = 256;

    private readonly ConcurrentDictionary<string, Promises> _keys = new(StringComparer.Ordinal);

    private sealed class Promises
    {
        public readonly SortedList<EntryVersion, long> ByVersion = [];
    }

    public void Promised(string key, EntryVersion version)
    {
        var at = time.GetTimestamp();
        var promises = _keys.GetOrAdd(key, static _ => new Promises());
        lock (promises)
        {
            promises.ByVersion.TryAdd(version, at);
            if (promises.ByVersion.Count > MostPerKey) promises.ByVersion.RemoveAt(0);
        }
    }

    /// <summary>What a read that begins now must not miss.</summary>
    public Expectation Expect(string key)
    {
        var begunAt = time.GetTimestamp();
        if (!_keys.TryGetValue(key, out var promises)) return new Expectation([], begunAt, time);
        lock (promises) return new Expectation([.. promises.ByVersion], begunAt, time);
    }

    /// <summary>The lab was reset: what was promised before is no measure any more.</summary>
    public void Clear() => _keys.Clear();
}

/// <summary>The promises of one key as they were when a read began.</summary>
public sealed class Expectation(IReadOnlyList<KeyValuePair<EntryVersion, long>> promises, long begunAt, TimeProvider time)
{
    /// <summary><see cref="EntryVersion.None"/> where nothing was promised.</summary>
    public EntryVersion Newest => promises.Count == 0 ? EntryVersion.None : promises[^1].Key;

    /// <summary>How old what was read was when the read began.</summary>
    /// <param name="read"><see cref="EntryVersion.None"/> where the key was not there.</param>
    public Staleness Of(EntryVersion read)
    {
        var missed = promises.Where(p => p.Key > read).ToArray();
        if (missed.Length == 0) return Staleness.Fresh;
        // Since the first promise that it misses, what is read here has been out of date.
        return new Staleness(missed.Length, time.GetElapsedTime(missed.Min(m => m.Value), begunAt).TotalMilliseconds);
    }
}

/// <summary>How far behind a read was (k and t of probabilistically bounded staleness, Bailis et al. 2012).</summary>
/// <param name="Versions">Promised writes of the key that it missed, 0 … <see cref="PromisedWrites.MostPerKey"/>.</param>
/// <param name="Ms">Since the first of them had been promised, when the read began.</param>
public readonly record struct Staleness(int Versions, double Ms)
{
    public static readonly Staleness Fresh = new(0, 0);

    public bool IsStale => Versions > 0;
}
