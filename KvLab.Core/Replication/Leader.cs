using System.Collections.Immutable;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

/// <summary>
/// The one replica that accepts writes: it numbers them, stores them, sends them to all followers at once, answers at the W-th ack and
/// goes on with the rest in the background (semi-synchronous replication).
/// </summary>
/// <remarks>
/// <c>Leader.Writes.cs</c> is the client's side, <c>Leader.Delivery.cs</c> the followers' side,
/// <c>Leader.Links.cs</c> the faults between them, <c>Leader.Promises.cs</c> what its successor has to know, <c>Leader.Asking.cs</c> what it asks them, <c>Leader.Lifecycle.cs</c> the beginning of its reign, stepping down, reset and
/// shutdown. This file: what may change while it runs.
/// </remarks>
public sealed partial class Leader : IDisposable
{
    private readonly LeaderOptions _options;
    private readonly IKeyValueStore _store;
    private readonly SimulatedNetwork _network;
    private readonly EventRecorder _events;
    private readonly TimeProvider _time;
    private readonly VersionClock _versions = new(epoch: 1);
    private readonly KeyLocks _keys = new();
    private readonly ResetGate _resets = new();
    private readonly OpenWork _work;
    private readonly Lock _changes = new();

    // Replaced whole, so that a write reads settings and followers that belong together.
    private volatile State _state;

    private sealed record State(LiveSettings Settings, ImmutableArray<FollowerLink> Followers);

    /// <exception cref="ArgumentException">The settings do not fit the number of followers, or two followers are one.</exception>
    public Leader(
        LeaderOptions options, LiveSettings settings, IReadOnlyList<Peer> followers,
        IKeyValueStore store, IReplicaTransport transport, EventRecorder events, TimeProvider time)
    {
        _options = options;
        _store = store;
        _network = new SimulatedNetwork(transport, time, options.Network, RecordLost);
        _events = events;
        _time = time;
        _work = new OpenWork(time);
        Parts = new LeaderParts(store, _network, events, time, _resets, _work);
        var errors = CheckFollowers(followers, settings).Concat(settings.Validate(followers.Count)).ToList();
        if (errors.Count > 0) throw new ArgumentException(string.Join(" ", errors.Select(e => e.Message)));
        _state = new State(settings, [.. followers.Select(NewLink)]);
        _promises = [(0, AcksOf(_state))];
    }

    public string NodeId => _events.Node;

    /// <summary>Called once with the epoch of another leader, when a follower says that one reigns. This leader is to step down then.</summary>
    public event Action<long>? Deposed;

    /// <summary>The reign of this leader.</summary>
    public long Epoch => _versions.Last.Epoch;

    public LiveSettings Settings => _state.Settings;

    public ImmutableArray<Peer> Followers => [.. _state.Followers.Select(f => f.Peer)];

    /// <summary>The newest version handed out.</summary>
    public EntryVersion LastVersion => _versions.Last;

    public LeaderStatus Status
    {
        get
        {
            var (writes, deliveries) = _work.Now;
            return new LeaderStatus(writes, deliveries, [.. _state.Followers.Select(f => f.Progress())]);
        }
    }

    /// <summary>Changes all that the patch names, or nothing. Writes that are under way keep the settings of their start.</summary>
    /// <returns>What is wrong; empty when the change has taken effect.</returns>
    public IReadOnlyList<FieldError> Change(LiveSettingsPatch patch)
    {
        lock (_changes)
        {
            var (changed, errors) = Patched(patch);
            if (errors.Count > 0) return errors;
            NotePromise(_state = _state with { Settings = changed });
            _events.Record(EventKind.SettingsChanged, settings: changed, naive: changed.Versioning == VersioningMode.Naive);
            return [];
        }
    }

    /// <summary>Within the lock.</summary>
    private (LiveSettings Changed, IReadOnlyList<FieldError> Errors) Patched(LiveSettingsPatch patch)
    {
        var changed = patch.ApplyTo(_state.Settings);
        if (patch.RestartSchedule == true) changed = changed with { DelayOrigin = _versions.Last.Counter };
        return (changed, changed.Validate(_state.Followers.Length));
    }

    /// <summary>Adds and removes followers while running. Deliveries to a removed follower end; a new one gets writes from now on.</summary>
    /// <returns>What is wrong; empty when the change has taken effect.</returns>
    public IReadOnlyList<FieldError> ChangeFollowers(IReadOnlyList<Peer> followers)
    {
        List<FollowerLink> removed;
        lock (_changes)
        {
            var errors = CheckFollowers(followers, _state.Settings);
            if (errors.Count > 0) return errors;
            var current = _state.Followers;
            ImmutableArray<FollowerLink> next = [.. followers.Select(p => current.FirstOrDefault(f => f.Peer == p) ?? NewLink(p))];
            removed = [.. current.Where(f => !next.Contains(f))];
            NotePromise(_state = _state with { Followers = next });
            _events.Record(EventKind.FollowersChanged, peers: [.. followers.Select(f => f.Id)]);
        }

        foreach (var link in removed)
        {
            link.Close(DeliveryReason.Removed);
            _network.Forget(link.Peer);
        }

        return [];
    }

    private FollowerLink NewLink(Peer peer) => new(peer, _options, _time);

    private static List<FieldError> CheckFollowers(IReadOnlyList<Peer> followers, LiveSettings settings)
    {
        var errors = new List<FieldError>();
        foreach (var twice in followers.GroupBy(f => f.Url, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            errors.Add(new FieldError("followers", $"followers must name each follower once, but names {twice.Key} {twice.Count()} times."));
        foreach (var twice in followers.GroupBy(f => f.Id, StringComparer.Ordinal).Where(g => g.Count() > 1))
            errors.Add(new FieldError("followers", $"followers must use each id once, but uses {twice.Key} {twice.Count()} times."));
        if (followers.Count > QuorumTracker.MaxFollowers)
            errors.Add(new FieldError("followers", $"followers must have at most {QuorumTracker.MaxFollowers} entries, but has {followers.Count}."));
        if (settings.WriteQuorum > settings.LargestQuorum(followers.Count))
            errors.Add(new FieldError("followers", $"followers has {followers.Count} entries, but writeQuorum is {settings.WriteQuorum}; lower writeQuorum first."));
        return errors;
    }
}
