using System.Collections.Immutable;
using KvLab.Core.Versioning;

namespace KvLab.Core.Durability;

public sealed partial class DurabilityLedger
{
    /// <summary>Lost writes that are kept in full, the latest; all of them are counted.</summary>
    public const int LostListed = 1_000;

    private readonly Queue<FollowedWrite> _window = new();
    private readonly Dictionary<EntryVersion, FollowedWrite> _byVersion = [];
    private readonly List<FollowedWrite> _lost = [];

    // Keys with news since their writes were judged; judged when somebody looks.
    private readonly HashSet<KeyCopies> _stale = [];
    private long _acknowledged;
    private long _lostEver;
    private long _older;
    private long _notFollowed;
    private int _atRisk;
    private int _lostInWindow;
    private readonly List<string> _holders = [];
    private readonly NameSets _sets = new();

    /// <summary>A client was told that this write succeeded. Told once per write.</summary>
    public void Answered(AcknowledgedWrite write)
    {
        _acknowledged++;
        if (Copies(write.Key) is not { } copies)
        {
            _notFollowed++;
            return;
        }
        var followed = new FollowedWrite(write, _generation);
        followed.HeldAtAnswer = HoldersOf(followed, copies, mayBeGone: true);
        foreach (var node in _nodes.Values)
        {
            // A node that ended before its last news came: it held the write at the answer, and no more.
            if (node.LastFate is not null && copies[node].Covers(followed)) followed.Add(node.LastFate);
        }

        copies.Writes.Add(followed);
        _window.Enqueue(followed);
        _byVersion[write.Version] = followed;
        if (_window.Count > Window) Release(_window.Dequeue());
        _stale.Add(copies);
    }

    /// <summary>Whether the ledger was told that this write succeeded, and still follows it.</summary>
    public bool Knows(EntryVersion version) => _byVersion.TryGetValue(version, out var write) && write.Generation == _generation;

    /// <summary>Whether any replica is known to hold this or a newer version of the key.</summary>
    public bool IsHeld(string key, EntryVersion version) =>
        _keys.TryGetValue(key, out var copies) && _nodes.Values.Any(n => !n.Gone && copies[n] is var copy && copy.Generation == _generation && copy.Version >= version);

    /// <summary>Counts of now; judges what news came in since the last time.</summary>
    public DurabilityCounts Count(DateTimeOffset at)
    {
        Judge(at);
        return CountJudged();
    }

    /// <summary>As of when somebody looked last.</summary>
    internal DurabilityCounts CountJudged() => new(_acknowledged, _window.Count - _lostInWindow - _atRisk, _atRisk, _lostEver, _older, _notFollowed);

    /// <summary>The latest acknowledged writes, newest first.</summary>
    public ImmutableArray<DurabilityRow> Latest(int count, DateTimeOffset at)
    {
        Judge(at);
        return LatestJudged(count);
    }

    /// <inheritdoc cref="CountJudged"/>
    internal ImmutableArray<DurabilityRow> LatestJudged(int count) => [.. _window.Skip(Math.Max(0, _window.Count - count)).Reverse().Select(View)];

    /// <summary>The latest lost writes, newest first, at most <see cref="LostListed"/>.</summary>
    public ImmutableArray<DurabilityRow> Lost(int count, DateTimeOffset at)
    {
        Judge(at);
        return LostJudged(count);
    }

    /// <inheritdoc cref="CountJudged"/>
    internal ImmutableArray<DurabilityRow> LostJudged(int count) => [.. Enumerable.Reverse(_lost).Take(count).Select(View)];

    /// <summary>Null when no client was told of its success, or when it is too old.</summary>
    public DurabilityRow? Find(EntryVersion version, DateTimeOffset at)
    {
        Judge(at);
        return _byVersion.TryGetValue(version, out var write) ? View(write) : null;
    }

    /// <summary>Which acknowledged writes only others hold: what each of them really had counts, not the write quorum of now.</summary>
    /// <param name="listed">How many are told in full.</param>
    public BeyondReach Beyond(IEnumerable<string> nodes, int listed, DateTimeOffset at)
    {
        Judge(at);
        var asked = nodes.Select(n => _nodes.GetValueOrDefault(n)).OfType<NodeLife>().Where(n => !n.Gone).ToArray();
        var beyond = _window.Reverse().Where(w => w.State != DurabilityState.Lost && !Array.Exists(asked, n => _keys[w.Facts.Key][n].Covers(w))).ToArray();
        return new BeyondReach(_window.Count - _lostInWindow, beyond.Length, [.. beyond.Take(listed).Select(View)], _lostEver, _older + _notFollowed);
    }

    /// <summary>Judges what news came in since the last time.</summary>
    public void Judge(DateTimeOffset at)
    {
        foreach (var copies in _stale) Judge(copies, at);
        _stale.Clear();
    }

    private void Judge(KeyCopies copies, DateTimeOffset at)
    {
        // Nearly all writes of a busy key are older than what two replicas hold; that is seen without counting holders for each.
        var heldTwice = HeldTwice(copies);
        foreach (var write in copies.Writes)
        {
            if (write.State == DurabilityState.Lost) continue;
            if (write.Version <= heldTwice)
            {
                SetState(write, DurabilityState.Held);
                continue;
            }
            switch (CountHolders(copies, write))
            {
                case 0: Lose(copies, write, at); break;
                case 1: SetState(write, DurabilityState.AtRisk); break;
                default: SetState(write, DurabilityState.Held); break;
            }
        }
    }

    /// <summary>The newest version of this generation that two replicas hold or have replaced by a newer one; whatever is older is held twice too.</summary>
    private EntryVersion HeldTwice(KeyCopies copies)
    {
        var (newest, second) = (EntryVersion.None, EntryVersion.None);
        foreach (var node in _nodes.Values)
        {
            var copy = copies[node];
            if (node.Gone || copy.Generation < _generation) continue;
            if (copy.Version > newest) (newest, second) = (copy.Version, newest);
            else if (copy.Version > second) second = copy.Version;
        }
        return second;
    }

    private int CountHolders(KeyCopies copies, FollowedWrite write)
    {
        var holders = 0;
        foreach (var node in _nodes.Values)
        {
            if (!node.Gone && copies[node].Covers(write)) holders++;
        }
        return holders;
    }

    private void SetState(FollowedWrite write, DurabilityState state)
    {
        if (write.State == state) return;
        if (write.State == DurabilityState.AtRisk) _atRisk--;
        if (state == DurabilityState.AtRisk) _atRisk++;
        write.State = state;
    }

    private void Lose(KeyCopies copies, FollowedWrite write, DateTimeOffset at)
    {
        if (write.State == DurabilityState.Lost) return;
        SetState(write, DurabilityState.Lost);
        write.LostAt = at;
        if (!write.Facts.Naive) copies.LostEpoch = Math.Max(copies.LostEpoch, write.Version.Epoch);
        _lostInWindow++;
        _lostEver++;
        _lost.Add(write);
        if (_lost.Count > LostListed) _lost.RemoveAt(0);
    }

    /// <summary>
    /// A node that lived on turns out to hold what was declared lost, or what the same reign put in its place. A newer reign proves nothing:
    /// it may have begun without the write. In naive mode nothing newer proves anything, since the last arrival wins.
    /// </summary>
    private void TakeBackLosses(KeyCopies copies, EntryVersion held)
    {
        if (_byVersion.TryGetValue(held, out var same)) TakeBack(same);
        if (held.Epoch > copies.LostEpoch) return;
        foreach (var write in copies.Writes)
        {
            if (held.Epoch == write.Version.Epoch && held > write.Version && !write.Facts.Naive) TakeBack(write);
        }
    }

    private void TakeBack(FollowedWrite write)
    {
        if (write.State != DurabilityState.Lost || write.RolledBack || write.Generation != _generation) return;
        write.LostAt = null;
        write.State = DurabilityState.Held;
        _lostInWindow--;
        _lostEver--;
        _lost.Remove(write);
    }

    private void Release(FollowedWrite write)
    {
        if (_byVersion.TryGetValue(write.Version, out var known) && ReferenceEquals(known, write)) _byVersion.Remove(write.Version);
        if (write.State == DurabilityState.AtRisk) _atRisk--;
        var copies = _keys[write.Facts.Key];
        if (write.State == DurabilityState.Lost)
        {
            _lostInWindow--;
        }
        else
        {
            _older++;
        }
        // Nearly always the first of its key.
        copies.Writes.Remove(write);
    }

    private DurabilityRow View(FollowedWrite write)
    {
        var now = write.State == DurabilityState.Lost || !_keys.TryGetValue(write.Facts.Key, out var copies) ? [] : HoldersOf(write, copies, mayBeGone: false);
        return new DurabilityRow(write.Facts, write.State, write.HeldAtAnswer, now, [.. write.Fates], write.LostAt) { RolledBack = write.RolledBack, StillHeldBy = write.StillHeldBy };
    }

    /// <param name="mayBeGone">Whether nodes count that held it when they ended.</param>
    private ImmutableArray<string> HoldersOf(FollowedWrite write, KeyCopies copies, bool mayBeGone)
    {
        _holders.Clear();
        foreach (var node in _nodes.Values)
        {
            if ((mayBeGone || !node.Gone) && copies[node].Covers(write)) _holders.Add(node.Name);
        }
        return _sets.Of(_holders);
    }

    private void ClearWrites()
    {
        _window.Clear();
        _byVersion.Clear();
        _lost.Clear();
        _stale.Clear();
        _acknowledged = _lostEver = _older = _notFollowed = 0;
        _atRisk = _lostInWindow = 0;
    }
}
