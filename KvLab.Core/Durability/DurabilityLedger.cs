using KvLab.Core.Versioning;

namespace KvLab.Core.Durability;

/// <summary>
/// For each write that a client was told had succeeded: which replicas hold it or a newer one of its key, at the moment of the answer and
/// now. It is told what happened, does no I/O and knows no clock. Bounded: the latest <see cref="Window"/> acknowledged writes are followed,
/// of at most <see cref="MostKeys"/> keys; the rest is counted. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// A node's memory is gone when its process ended, or when it was cleared. One that is frozen, cut off or silent still holds what it held.
/// <para>News of different nodes come in any order. What was declared lost and turns out to be held by a node that lived on is not lost:
/// the news was late. What is written after a loss does not take it back.</para>
/// </remarks>
public sealed partial class DurabilityLedger
{
    /// <summary>Acknowledged writes that are followed at a time.</summary>
    public const int Window = 10_000;

    /// <summary>Keys whose copies are followed.</summary>
    public const int MostKeys = 100_000;

    // In the order in which they were heard of first, also after others have gone.
    private readonly OrderedDictionary<string, NodeLife> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KeyCopies> _keys = new(StringComparer.Ordinal);
    private EntryVersion _newest;
    private int _generation;
    private int _nodeCount;

    /// <summary>A node's process began, with nothing in what it stores in.</summary>
    /// <param name="what">What is empty, for the sentence: <c>memory</c>.</param>
    public void Began(string node, DateTimeOffset at, string what = "memory")
    {
        var life = Node(node);
        if (life.Gone) life.BeginAnew(_newest);
        else Forget(life, new CopyFate(node, $"restarted with an empty {what}", at), livesOn: true);
        life.Fresh = true;
    }

    /// <summary>A node's process ended, and its memory with it.</summary>
    /// <param name="why">What follows its name in a sentence: <c>was killed</c>.</param>
    public void Ended(string node, string why, DateTimeOffset at)
    {
        if (Node(node) is { Gone: false } life) Forget(life, new CopyFate(node, why, at), livesOn: false);
    }

    /// <summary>A node lives on, but holds nothing any more.</summary>
    /// <param name="why">What follows its name in a sentence: <c>was emptied</c>.</param>
    public void Emptied(string node, string why, DateTimeOffset at)
    {
        if (Node(node) is { Gone: false } life) Forget(life, new CopyFate(node, why, at), livesOn: true);
    }

    /// <summary>A node is no longer part of the cluster: what it holds nobody can read.</summary>
    public void Removed(string node, DateTimeOffset at)
    {
        if (!_nodes.ContainsKey(node)) return;
        Ended(node, "was removed from the cluster", at);
        // Its index stays taken, so that its old copies are never read as somebody else's.
        _nodes.Remove(node);
    }

    /// <summary>A leader took a version for a write and stored it.</summary>
    /// <param name="held">What its own store holds afterwards.</param>
    public void Accepted(string node, string key, EntryVersion version, EntryVersion held)
    {
        var life = Node(node);
        if (life is { Fresh: true, Gone: false })
        {
            life.Fresh = false;
            // Its counter began anew: what others hold under such numbers are other writes, however new they look.
            if (version <= _newest) _generation++;
        }
        if (version > _newest) _newest = version;
        Holds(node, key, held);
    }

    /// <summary>A leader learnt that a follower holds this or a newer version; it may say so after that follower's memory was lost.</summary>
    /// <param name="version">The write that was confirmed.</param>
    public void Confirmed(string node, string key, EntryVersion version, EntryVersion held)
    {
        // News about an older write may be about the life before; what the node holds in this one it tells itself.
        if (version > Node(node).Since) Holds(node, key, held);
    }

    /// <summary>A node holds this version of the key, or had a newer one already.</summary>
    public void Holds(string node, string key, EntryVersion version)
    {
        var life = Node(node);
        if (version.IsNone || Copies(key) is not { } copies) return;
        var known = copies[life];
        if (known.Version >= version) return;
        copies[life] = new Copy(version, life.Number, _generation);
        if (life.Gone) return;
        _stale.Add(copies);
        TakeBackLosses(copies, version);
    }

    /// <summary>A node holds exactly this version of the key now, also where it held a newer one before.</summary>
    /// <param name="why">What it did to a newer one: <c>replaced it by an older write (naive mode)</c>.</param>
    public void HoldsExactly(string node, string key, EntryVersion version, string why, DateTimeOffset at)
    {
        var life = Node(node);
        if (Copies(key) is not { } copies) return;
        var known = copies[life];
        if (known.Version <= version)
        {
            Holds(node, key, version);
            return;
        }
        var now = new Copy(version, life.Number, _generation);
        CopyFate? fate = null;
        foreach (var write in copies.Writes.Where(w => known.Covers(w) && !now.Covers(w))) write.Add(fate ??= new CopyFate(node, why, at));
        copies[life] = now;
        _stale.Add(copies);
    }

    /// <summary>A leader that was replaced took a write back that the new one never had, and holds <paramref name="held"/> instead.</summary>
    public void RolledBack(string node, string key, EntryVersion version, EntryVersion held, DateTimeOffset at)
    {
        const string why = "rolled it back when it stepped down";
        foreach (var write in _keys.TryGetValue(key, out var copies) ? copies.Writes.Where(w => w.Version == version && w.State != DurabilityState.Lost) : [])
        {
            // That the key has a newer write by now is no comfort: it began without this one.
            write.RolledBack = true;
            write.StillHeldBy = [.. _nodes.Values.Where(n => n.Name != node && !n.Gone && copies![n] is var copy && copy.Version == version && copy.Covers(write)).Select(n => n.Name)];
            write.Add(new CopyFate(node, why, at));
            Lose(copies!, write, at);
        }
        HoldsExactly(node, key, held, why, at);
    }

    /// <summary>Lab reset: nothing was promised yet. What nodes hold they are told to have lost by their own news.</summary>
    public void Clear()
    {
        _keys.Clear();
        ClearWrites();
    }

    private NodeLife Node(string name)
    {
        if (_nodes.TryGetValue(name, out var node)) return node;
        node = new NodeLife(name, _nodeCount++);
        _nodes.Add(name, node);
        return node;
    }

    /// <summary>Null beyond the limit of keys.</summary>
    private KeyCopies? Copies(string key)
    {
        if (_keys.TryGetValue(key, out var copies)) return copies;
        if (_keys.Count >= MostKeys) return null;
        copies = new KeyCopies();
        _keys.Add(key, copies);
        return copies;
    }

    /// <summary>A memory is gone: every write that it held is judged at once, before anything newer can hide a loss.</summary>
    private void Forget(NodeLife life, CopyFate fate, bool livesOn)
    {
        var affected = new List<KeyCopies>();
        foreach (var copies in _keys.Values)
        {
            var copy = copies[life];
            if (copy.Version.IsNone) continue;
            affected.Add(copies);
            foreach (var write in copies.Writes)
            {
                if (write.State != DurabilityState.Lost && copy.Covers(write)) write.Add(fate);
            }
        }
        // What it held in this life stays noted: news of its last moments may come after its end.
        if (livesOn) life.BeginAnew(_newest);
        else life.End(fate);
        foreach (var copies in affected) Judge(copies, fate.At);
    }
}
