using KvLab.Core.Events;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replays;

/// <summary>What is worth going to in a recording, found in one pass over it; in the order of their places.</summary>
public sealed class Landmarks
{
    /// <summary>Of each kind; what comes after that is not listed.</summary>
    public const int MostOfAKind = 200_000;

    private readonly List<Landmark>[] _byKind = [.. Enum.GetValues<LandmarkKind>().Select(_ => new List<Landmark>())];
    private readonly Dictionary<(string Node, string Key), EntryVersion> _newest = [];
    private long _lostBefore;

    private Landmarks()
    {
    }

    /// <summary>Events in the recording.</summary>
    public long Events { get; private set; }

    public IReadOnlyList<Landmark> Of(LandmarkKind kind) => _byKind[(int)kind];

    /// <param name="near">Takes states on the way.</param>
    public static Landmarks In(IRecordedStream stream, NearStates? near = null, CancellationToken cancellation = default)
    {
        var found = new Landmarks();
        // Whether a promise is lost is for the ledger to say.
        var reducer = Playhead.Begin(stream);
        found._lostBefore = reducer.PromisesLost;
        var elements = 0L;
        foreach (var element in stream.From(0))
        {
            cancellation.ThrowIfCancellationRequested();
            reducer.Apply(element, shows: false);
            found.Look(element, elements++);
            if (element.What is not PictureTaken) continue;
            found.LookFor(reducer.PromisesLost, elements);
            near?.Pass(reducer, elements, found.Events);
        }

        return found;
    }

    /// <summary>The first of a kind behind a place.</summary>
    public Landmark? Next(LandmarkKind kind, ReplayPlace from)
    {
        var all = _byKind[(int)kind];
        var at = FirstBehind(all, from);
        return at < all.Count ? all[at] : null;
    }

    /// <summary>The last of a kind before a place.</summary>
    public Landmark? Previous(LandmarkKind kind, ReplayPlace from)
    {
        var all = _byKind[(int)kind];
        var at = FirstBehind(all, from) - 1;
        while (at >= 0 && all[at].Place == from) at--;
        return at >= 0 ? all[at] : null;
    }

    private static int FirstBehind(List<Landmark> all, ReplayPlace from) => Ordered.First(all.Count, i => all[i].Place > from);

    private void Look(Observed element, long number)
    {
        switch (element.What)
        {
            case EventsReceived { Batch: var batch }:
                for (var i = 0; i < batch.Events.Length; i++)
                {
                    Events++;
                    var place = i + 1 == batch.Events.Length ? new ReplayPlace(number + 1) : new ReplayPlace(number, i + 1);
                    if (KindOf(batch.Events[i]) is { } kind) Add(kind, place);
                    if (IsInversion(batch.Node, batch.Events[i])) Add(LandmarkKind.Inversion, place);
                }

                break;
            case NodeFroze or SidesChanged or ProcessChanged { State: NodeState.Crashed or NodeState.Stopped }:
                Add(LandmarkKind.Fault, new ReplayPlace(number + 1));
                break;
            case ClusterRenewed:
                _newest.Clear();
                break;
        }
    }

    private static LandmarkKind? KindOf(NodeEvent e) => e.Kind switch
    {
        EventKind.WriteAccepted => LandmarkKind.Write,
        EventKind.EntryRefused => LandmarkKind.Refusal,
        EventKind.MessageLost => LandmarkKind.LostMessage,
        EventKind.LeaderPromoted or EventKind.LeaderRecovered => LandmarkKind.Failover,
        EventKind.LinkChanged or EventKind.NodeFaultsChanged => LandmarkKind.Fault,
        _ => null,
    };

    private bool IsInversion(string node, NodeEvent e)
    {
        if (e.Kind is EventKind.StoreCleared)
        {
            foreach (var place in _newest.Keys.Where(k => k.Node == node).ToList()) _newest.Remove(place);
        }

        if (e.Kind is not (EventKind.EntryApplied or EventKind.EntryRefused) || e.Key is null || e.Peer is null) return false;
        var version = new EntryVersion(e.Epoch, e.Version);
        if (_newest.TryGetValue((node, e.Key), out var newest) && newest.CompareTo(version) > 0) return true;
        _newest[(node, e.Key)] = version;
        return false;
    }

    private void LookFor(long lost, long elements)
    {
        if (lost > _lostBefore) Add(LandmarkKind.LostPromise, new ReplayPlace(elements));
        _lostBefore = lost;
    }

    private void Add(LandmarkKind kind, ReplayPlace place)
    {
        if (_byKind[(int)kind] is { Count: < MostOfAKind } all) all.Add(new Landmark(kind, place));
    }
}
