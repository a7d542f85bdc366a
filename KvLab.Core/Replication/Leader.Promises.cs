using System.Collections.Immutable;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

public sealed partial class Leader
{
    // From which counter on a success needed how many followers, oldest first; only what may not be on all nodes yet.
    private ImmutableArray<(long From, int Acks)> _promises;

    /// <summary>
    /// The fewest followers that a success needed, among writes that may not be on all nodes: who leads next has to hear so many nodes that one of them has each of
    /// those writes (quorum intersection). Falls at once with W, and rises again when every follower has been compared since.
    /// </summary>
    public int SmallestQuorum
    {
        get { lock (_changes) return _promises.Min(p => p.Acks); }
    }

    /// <summary>The fewest followers that a success will need once the patch counts, where that is fewer than now; else null, and so for a patch that will be refused.</summary>
    internal int? LoweredBy(LiveSettingsPatch patch)
    {
        lock (_changes)
        {
            var (changed, errors) = Patched(patch);
            if (errors.Count > 0) return null;
            var acks = AcksOf(_state with { Settings = changed });
            return acks < SmallestQuorum ? acks : null;
        }
    }

    /// <summary>What an earlier reign left may be on few nodes until all have been compared.</summary>
    private void BeginPromises(EntryVersion reign, int? smallestQuorum)
    {
        lock (_changes)
        {
            var acks = AcksOf(_state);
            _promises = smallestQuorum is { } earlier ? [(0, earlier), (reign.Counter + 1, acks)] : [(0, acks)];
        }
    }

    /// <summary>For writes from now on; those under way have taken their settings already, and may take their number after this.</summary>
    private void NotePromise(State next)
    {
        var from = _versions.Last.Counter + 1 + _work.Now.Writes;
        var acks = AcksOf(next);
        if (acks == _promises[^1].Acks) return;
        // Under a W that no write met nothing was promised. An older promise that is no weaker says nothing more, and the list stays as short as there are quorums.
        var kept = Math.Max(1, _promises[^1].From) >= from ? _promises.RemoveAt(_promises.Length - 1) : _promises;
        while (kept.Length > 0 && kept[^1].Acks >= acks) kept = kept.RemoveAt(kept.Length - 1);
        _promises = kept.Add((kept.Length == 0 ? 0 : from, acks));
    }

    /// <summary>Every follower was found to hold all up to here.</summary>
    internal void KnownEverywhere(EntryVersion upTo)
    {
        lock (_changes)
        {
            while (_promises.Length > 1 && _promises[1].From <= upTo.Counter + 1) _promises = _promises.RemoveAt(0);
        }
    }

    private static int AcksOf(State state) => Math.Min(state.Settings.FollowerAcks(), state.Followers.Length);
}
