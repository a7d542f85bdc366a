namespace KvLab.Core.Versioning;

/// <summary>
/// The leader's counter: hands out each version once, in order (P2, P3). Safe for concurrent use.
/// </summary>
public sealed class VersionClock
{
    private readonly Lock _gate = new();
    private EntryVersion _last;

    /// <param name="epoch">The reign that this leader begins, ≥ 1.</param>
    /// <param name="lastCounter">The highest counter that any earlier reign is known to have used, ≥ 0.</param>
    public VersionClock(long epoch, long lastCounter = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epoch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(lastCounter);
        _last = new EntryVersion(epoch, lastCounter);
    }

    /// <summary>The newest version handed out; counter 0 before the first.</summary>
    public EntryVersion Last
    {
        get { lock (_gate) return _last; }
    }

    public EntryVersion Next()
    {
        lock (_gate) return _last = _last with { Counter = checked(_last.Counter + 1) };
    }

    /// <summary>Begins a chosen reign. Going back is impossible: what is older than here counts as what is here.</summary>
    public EntryVersion BeginReign(EntryVersion reign)
    {
        lock (_gate) return _last = new EntryVersion(Math.Max(_last.Epoch, reign.Epoch), Math.Max(_last.Counter, reign.Counter));
    }

    /// <summary>
    /// Begins a reign that is newer than anything in <paramref name="seen"/>, and goes on counting above it.
    /// A leader calls this once it knows what its followers remember; going back is impossible by construction.
    /// </summary>
    public EntryVersion BeginReignAbove(EntryVersion seen) => BeginReign(seen with { Epoch = checked(seen.Epoch + 1) });
}
