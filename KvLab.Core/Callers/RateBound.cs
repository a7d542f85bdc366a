namespace KvLab.Core.Callers;

/// <summary>So many per caller within a time. Remembers a bounded number of callers; those beyond share one bound.</summary>
public sealed class RateBound(int most, TimeSpan within, TimeProvider time)
{
    public const int RememberedCallers = 1_000;

    private const string Everybody = "";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<long>> _moments = new(StringComparer.Ordinal);

    public int Most => most;

    /// <returns>How long the caller has to wait; null: not at all, and this one is counted.</returns>
    public TimeSpan? Take(string caller) => Judge(caller, static () => true);

    /// <param name="counts">Asked only of a caller who need not wait: whether this one is to be counted.</param>
    /// <returns>How long the caller has to wait before he may ask; null: not at all.</returns>
    public TimeSpan? Judge(string caller, Func<bool> counts)
    {
        // One at a time: a hundred guesses at one instant are a hundred guesses.
        lock (_gate)
        {
            var now = time.GetTimestamp();
            Forget(caller, now);
            var known = _moments.ContainsKey(caller) || _moments.Count < RememberedCallers || MakeRoom(now) ? caller : Everybody;
            if (known == Everybody) Forget(Everybody, now);
            _moments.TryGetValue(known, out var moments);
            if (moments?.Count >= most) return within - time.GetElapsedTime(moments.Peek(), now);
            if (!counts()) return null;
            if (moments is null) _moments[known] = moments = new Queue<long>();
            moments.Enqueue(now);
            return null;
        }
    }

    private bool MakeRoom(long now)
    {
        foreach (var caller in _moments.Keys.ToArray()) Forget(caller, now);
        return _moments.Count < RememberedCallers;
    }

    private void Forget(string caller, long now)
    {
        if (!_moments.TryGetValue(caller, out var moments)) return;
        while (moments.TryPeek(out var first) && time.GetElapsedTime(first, now) >= within) moments.Dequeue();
        if (moments.Count == 0) _moments.Remove(caller);
    }
}
