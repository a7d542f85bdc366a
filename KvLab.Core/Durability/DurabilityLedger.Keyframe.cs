using System.Collections.Immutable;
using System.Runtime.InteropServices;
using KvLab.Core.Keyframes;
using KvLab.Core.Versioning;

namespace KvLab.Core.Durability;

public sealed partial class DurabilityLedger
{
    // Version, time, and at least a byte for each of the other facts.
    private const int LeastBytesOfWrite = 9;

    /// <summary>
    /// Everything but what follows from it: who is where in the window, and how many are lost or at risk. What a life that is over was told to hold is nobody's any more, so
    /// lives are numbered anew.
    /// </summary>
    internal void Save(KeyframeWriter writer)
    {
        var shared = new SharedFacts();
        writer.Version(_newest);
        writer.Number(_generation);
        writer.Number(_nodes.Count);
        foreach (var node in _nodes.Values)
        {
            writer.Text(node.Name);
            writer.Version(node.Since);
            writer.Flag(node.Fresh);
            writer.Flag(node.LastFate is not null);
            if (node.LastFate is not null) shared.Fate(writer, node.LastFate);
        }

        var keys = SaveKeys(writer);
        writer.Number(_stale.Count);
        foreach (var copies in _stale) writer.Number(keys.ByCopies[copies]);
        FollowedWrite[] window = [.. _window];
        SaveWrites(writer, window, keys.ByName, shared);
        SaveLost(writer, window, keys.ByName, shared);
        writer.Number(_acknowledged);
        writer.Number(_lostEver);
        writer.Number(_older);
        writer.Number(_notFollowed);
    }

    private (Dictionary<string, int> ByName, Dictionary<KeyCopies, int> ByCopies) SaveKeys(KeyframeWriter writer)
    {
        var (byName, byCopies) = (new Dictionary<string, int>(_keys.Count, StringComparer.Ordinal), new Dictionary<KeyCopies, int>(_keys.Count));
        writer.Number(_keys.Count);
        foreach (var (key, copies) in _keys)
        {
            byCopies.Add(copies, byName.Count);
            byName.Add(key, byName.Count);
            writer.Text(key);
        }

        foreach (var copies in _keys.Values) writer.Signed(copies.LostEpoch);
        foreach (var copies in _keys.Values)
            foreach (var node in _nodes.Values) writer.Version(copies[node].Version);
        foreach (var copies in _keys.Values)
            foreach (var node in _nodes.Values) writer.Number(_generation - copies[node].Generation);
        return (byName, byCopies);
    }

    private void SaveWrites(KeyframeWriter writer, FollowedWrite[] writes, Dictionary<string, int> keys, SharedFacts shared)
    {
        writer.Number(writes.Length);
        foreach (var write in writes) writer.Version(write.Version);
        foreach (var write in writes) writer.Number(keys[write.Facts.Key]);
        foreach (var write in writes) writer.Time(write.Facts.At);
        foreach (var write in writes) writer.Text(write.Facts.Leader);
        foreach (var write in writes) writer.Signed(write.Facts.Required);
        foreach (var write in writes) writer.Signed(write.Facts.Acks);
        foreach (var write in writes) writer.Byte((byte)((int)write.State | (write.Facts.Naive ? Naive : 0) | (write.Facts.LeaderCounted ? LeaderCounted : 0) | (write.RolledBack ? IsRolledBack : 0)));
        foreach (var write in writes) writer.Number(_generation - write.Generation);
        foreach (var write in writes) shared.Names(writer, write.HeldAtAnswer);
        foreach (var write in writes) writer.Number(write.Fates.Length);
        foreach (var write in writes)
        {
            foreach (var fate in write.Fates) shared.Fate(writer, fate);
            if (write.State == DurabilityState.Lost) writer.TimeOrNone(write.LostAt);
            if (write.RolledBack) shared.Names(writer, write.StillHeldBy);
        }
    }

    /// <summary>Lost writes are listed for longer than they are followed.</summary>
    private void SaveLost(KeyframeWriter writer, FollowedWrite[] window, Dictionary<string, int> keys, SharedFacts shared)
    {
        var places = new Dictionary<FollowedWrite, int>();
        for (var i = 0; i < window.Length; i++)
            if (window[i].State == DurabilityState.Lost) places.Add(window[i], i);
        SaveWrites(writer, [.. _lost.Where(w => !places.ContainsKey(w))], keys, shared);
        writer.Number(_lost.Count);
        foreach (var write in _lost) writer.Number(places.TryGetValue(write, out var place) ? place + 1 : 0);
    }

    internal static DurabilityLedger Load(ref KeyframeReader reader)
    {
        var shared = new SharedFacts();
        var ledger = new DurabilityLedger { _newest = reader.Version(), _generation = reader.Int() };
        for (var left = reader.Count(int.MaxValue, leastBytes: 4); left > 0; left--)
        {
            var (name, since, fresh) = (reader.Text(), reader.Version(), reader.Flag());
            var life = new NodeLife(name, ledger._nodeCount++, since, reader.Flag() ? shared.Fate(ref reader) : null) { Fresh = fresh };
            if (!ledger._nodes.TryAdd(name, life)) throw new FormatException($"The keyframe's ledger has {name} twice.");
        }

        var keys = ledger.LoadKeys(ref reader);
        for (var left = reader.Count(keys.Length); left > 0; left--) ledger._stale.Add(keys[reader.Int(keys.Length - 1)].Copies);
        var window = ledger.LoadWrites(ref reader, Window, keys, shared);
        ledger._window.EnsureCapacity(window.Length);
        ledger._byVersion.EnsureCapacity(window.Length);
        foreach (var (write, copies) in window)
        {
            copies.Writes.Add(write);
            ledger._window.Enqueue(write);
            ledger._byVersion[write.Version] = write;
            if (write.State == DurabilityState.AtRisk) ledger._atRisk++;
            if (write.State == DurabilityState.Lost) ledger._lostInWindow++;
        }

        ledger.LoadLost(ref reader, window, keys, shared);
        (ledger._acknowledged, ledger._lostEver, ledger._older, ledger._notFollowed) = (reader.Number(), reader.Number(), reader.Number(), reader.Number());
        return ledger;
    }

    private (string Key, KeyCopies Copies)[] LoadKeys(ref KeyframeReader reader)
    {
        var names = reader.Many(reader.Count(MostKeys, leastBytes: 2 + 2 * _nodes.Count), static (ref r) => r.Text());
        var keys = new (string, KeyCopies Copies)[names.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = (names[i], new KeyCopies { LostEpoch = reader.Signed() });
            if (!_keys.TryAdd(names[i], keys[i].Copies)) throw new FormatException($"The keyframe's ledger has the key {names[i]} twice.");
        }

        var versions = reader.Many(keys.Length * _nodes.Count, static (ref r) => r.Version());
        var next = 0;
        foreach (var (_, copies) in keys)
            foreach (var node in _nodes.Values) copies[node] = new Copy(versions[next++], node.Number, Generation(ref reader));
        return keys;
    }

    private int Generation(ref KeyframeReader reader) => _generation - reader.Int(_generation);

    private (FollowedWrite Write, KeyCopies Copies)[] LoadWrites(ref KeyframeReader reader, int most, (string Key, KeyCopies Copies)[] keys, SharedFacts shared)
    {
        var count = reader.Count(most, LeastBytesOfWrite);
        var versions = reader.Many(count, static (ref r) => r.Version());
        var places = new int[count];
        for (var i = 0; i < count; i++) places[i] = reader.Int(keys.Length - 1);
        var times = reader.Many(count, static (ref r) => r.Time());
        var leaders = reader.Many(count, static (ref r) => r.Text());
        var required = reader.Many(count, static (ref r) => r.SignedInt());
        var acks = reader.Many(count, static (ref r) => r.SignedInt());
        var facts = reader.Many(count, static (ref r) => r.Byte(AllFacts));
        var writes = new (FollowedWrite Write, KeyCopies Copies)[count];
        for (var i = 0; i < count; i++)
        {
            var state = (DurabilityState)(facts[i] & StateBits);
            if (state > DurabilityState.Lost) throw new FormatException("The keyframe's ledger has a state that is not known.");
            var known = new AcknowledgedWrite(versions[i], keys[places[i]].Key, leaders[i], required[i], acks[i], times[i], (facts[i] & Naive) != 0, (facts[i] & LeaderCounted) != 0);
            writes[i] = (new FollowedWrite(known, Generation(ref reader)) { State = state, RolledBack = (facts[i] & IsRolledBack) != 0 }, keys[places[i]].Copies);
        }

        foreach (var (write, _) in writes) write.HeldAtAnswer = shared.Names(ref reader);
        var fates = reader.Many(count, static (ref r) => r.Int());
        for (var i = 0; i < count; i++)
        {
            var write = writes[i].Write;
            if (fates[i] > 0) write.Fates = shared.Fates(ref reader, fates[i]);
            if (write.State == DurabilityState.Lost) write.LostAt = reader.TimeOrNone();
            if (write.RolledBack) write.StillHeldBy = shared.Names(ref reader);
        }

        return writes;
    }

    private void LoadLost(ref KeyframeReader reader, (FollowedWrite Write, KeyCopies Copies)[] window, (string Key, KeyCopies Copies)[] keys, SharedFacts shared)
    {
        var released = new Queue<FollowedWrite>(LoadWrites(ref reader, LostListed, keys, shared).Select(w => w.Write));
        for (var left = reader.Count(LostListed); left > 0; left--)
        {
            var place = reader.Int(window.Length);
            if (place > 0) _lost.Add(window[place - 1].Write);
            else _lost.Add(released.TryDequeue(out var write) ? write : throw new FormatException("The keyframe's ledger lists a lost write that it does not have."));
        }
    }

    private const int StateBits = 3;
    private const int Naive = 4;
    private const int LeaderCounted = 8;
    private const int IsRolledBack = 16;
    private const byte AllFacts = 31;

    /// <summary>Thousands of writes have the same few holders and fates: each is written once, and is a number from then on.</summary>
    private sealed class SharedFacts
    {
        private readonly Dictionary<CopyFate, int> _fateNumbers = [];
        private readonly List<CopyFate> _fates = [];

        // Nearly always the same set is the same array.
        private readonly Dictionary<ImmutableArray<string>, int> _arrays = [];
        private readonly Dictionary<string, int> _setNumbers = new(StringComparer.Ordinal);
        private readonly List<ImmutableArray<string>> _sets = [];

        public void Fate(KeyframeWriter writer, CopyFate fate)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_fateNumbers, fate, out var known);
            if (!known) number = _fateNumbers.Count;
            writer.Number(known ? number : 0);
            if (known) return;
            writer.Text(fate.Node);
            writer.Text(fate.Why);
            writer.Time(fate.At);
        }

        public CopyFate Fate(ref KeyframeReader reader)
        {
            var number = reader.Int(_fates.Count);
            if (number > 0) return _fates[number - 1];
            var fate = new CopyFate(reader.Text(), reader.Text(), reader.Time());
            _fates.Add(fate);
            return fate;
        }

        public CopyFate[] Fates(ref KeyframeReader reader, int count)
        {
            // One by one: the bytes that are left may not hold so many.
            var fates = new List<CopyFate>();
            for (var i = 0; i < count; i++) fates.Add(Fate(ref reader));
            return [.. fates];
        }

        public void Names(KeyframeWriter writer, ImmutableArray<string> names)
        {
            if (_arrays.TryGetValue(names, out var same))
            {
                writer.Number(same);
                return;
            }

            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_setNumbers, string.Join('\0', names), out var known);
            if (!known) number = _setNumbers.Count;
            _arrays.Add(names, number);
            writer.Number(known ? number : 0);
            if (!known) writer.Texts(names);
        }

        public ImmutableArray<string> Names(ref KeyframeReader reader)
        {
            var number = reader.Int(_sets.Count);
            if (number > 0) return _sets[number - 1];
            var names = ImmutableCollectionsMarshal.AsImmutableArray(reader.Texts());
            _sets.Add(names);
            return names;
        }
    }
}
