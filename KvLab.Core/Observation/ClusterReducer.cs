using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;

namespace KvLab.Core.Observation;

/// <summary>
/// Turns what happened into what is so: messages in, snapshots out. Does no I/O and has no clock: time is what a message says it is, so the same messages make
/// the same state, whenever and wherever they are applied. Not safe for concurrent use; whoever feeds it owns it.
/// </summary>
/// <param name="predictMeanMs">The exact mean latency that settings and a number of followers imply; null where there is none.</param>
public sealed partial class ClusterReducer(Func<LiveSettings, int, double?> predictMeanMs, EventTap? tap = null)
{
    private EventLog _events = new();
    private readonly EventRate _rate = new();
    private LiveSettings? _settings;
    private LiveSettings? _startSettings;
    private DateTimeOffset _since;

    /// <summary>Of the event that is being applied, in the log.</summary>
    private long _position;
    private bool _changed;

    /// <summary>Of the message that is being applied.</summary>
    private ObserverTime _now;

    private ClusterSnapshot _snapshot = ClusterSnapshot.Empty;

    // Of the last picture that found a change, whether or not anybody looked at it.
    private long _revision;
    private double _rateShown;

    // Invariant: while a snapshot is due, nothing that it shows has changed since the picture. Missed: that picture's never was made.
    private bool _due;
    private bool _missed;

    /// <summary>As of the last <see cref="PictureTaken"/> that found a change; it is made when somebody looks, for it takes as long as a thousand events.</summary>
    public ClusterSnapshot Snapshot
    {
        get
        {
            if (_due) (_snapshot, _due, _missed) = (View(_revision, _rateShown), false, false);
            return _snapshot;
        }
    }

    /// <param name="shows">
    /// False where nobody will look at the snapshot as of before this message: whoever catches up with a recording looks after the last picture alone. The state is the same.
    /// </param>
    public void Apply(Observed observed, bool shows = true)
    {
        if (_due && observed.What is not PictureTaken)
        {
            if (shows) _ = Snapshot;
            else (_due, _missed) = (false, true);
        }

        _now = observed.At;
        switch (observed.What)
        {
            case ObserverBegan began:
                (_began, _originUtc) = (began, _now.Utc.AddMilliseconds(-_now.Ms));
                return;
            case PictureTaken: TakePicture(); return;
            case ClientsTold told: HearClients(told); return;
            case LedgerRead: _ledger.Judge(_now.Utc); return;
            case PromisesCounted:
                KeepPromises(long.MaxValue);
                _ledger.Judge(_now.Utc);
                return;
            default: _changed = true; break;
        }
        switch (observed.What)
        {
            case EventsReceived received: ApplyBatch(received.Batch, received.Packed); break;
            case NodeIntroduced introduced: Introduce(introduced.Hello); break;
            case ClockCompared compared: CompareClock(compared); break;
            case NodeExpected expected: Expect(expected); break;
            case ProcessChanged process: ChangeProcess(process); break;
            case NodeDisconnected disconnected: Disconnect(disconnected); break;
            case NodeRemoved removed: RemoveNode(removed.Node); break;
            case NodeSeeded seeded: Seed(seeded); break;
            case NodeFroze froze: Freeze(froze); break;
            case ClusterRenewed: Renew(); break;
            case SidesChanged sides: ChangeSides(sides); break;
        }
        if (observed.What is EventsReceived) return;
        FollowConditions();
        FollowSpans(_now.Ms * NsPerMs);
    }

    private void ApplyBatch(EventBatch batch, ReadOnlyMemory<byte> packed)
    {
        var node = batch.Node == NodeNames.Dashboard ? null : Node(batch.Node);
        var ledger = node?.Ledger ?? _dashboardLedger;
        ledger.Begin(batch);
        if (node is not null) node.LastSeen = _now.Utc;
        var first = ledger.TakeIn(batch.Events);
        _events.Add(batch.Events, first, packed);
        _position = _events.Total - (batch.Events.Length - first) - 1;
        foreach (var e in batch.Events.AsSpan(first))
        {
            _position++;
            if (node is not null) ApplyEvent(node, e);
            tap?.Offer(e);
        }
        _rate.Add(_now.Ms, batch.Events.Length - first);
    }

    private void ApplyEvent(NodeRecord node, NodeEvent e)
    {
        SeeEpoch(e.Epoch);
        SeeEpoch(e.HeldEpoch);
        FollowDurability(node, e);
        FollowTraffic(node, e);
        MarkFault(node, e);
        switch (e.Kind)
        {
            case EventKind.LeaderWaiting:
                BeginWaiting(node, e);
                Run(node);
                break;
            case EventKind.NodeReady:
                EndWaiting(node);
                Run(node);
                goto case EventKind.SettingsChanged;
            case EventKind.SettingsChanged:
                if (node.Role != NodeRoles.Leader || e.Settings is null) break;
                Learn(e.Settings);
                FollowConditions();
                break;
            case EventKind.LeaderRecovered:
            case EventKind.LeaderPromoted:
                BeginReign(node, e);
                FollowConditions();
                break;
            case EventKind.LeaderSteppedDown: StepDown(node); break;
            case EventKind.FollowerCaughtUp: NoteSync(node, e, rejoined: true); break;
            case EventKind.AntiEntropyRepaired: NoteSync(node, e, rejoined: false); break;
            case EventKind.EntryRolledBack: RollBackEntry(node, e); break;
            case EventKind.EntryRemoved: HoldInstead(node, e); break;
            case EventKind.NodeStopping: node.Stopping = true; break;
            case EventKind.StoreCleared: ClearNode(node); break;
            case EventKind.WriteAccepted: Accept(node, e); break;
            case EventKind.ReplicationStarted: BeginReplication(e); break;
            case EventKind.DeliveryAcked: Ack(e); break;
            case EventKind.DeliveryFailed: Fail(e); break;
            case EventKind.DeliveryAbandoned: Abandon(e); break;
            case EventKind.WriteAnswered: Answer(node, e); break;
            case EventKind.EntryApplied: ApplyEntry(node, e); break;
            case EventKind.EntryRefused: RefuseEntry(node, e); break;
            case EventKind.LinkChanged: ChangeLink(node, e); break;
            case EventKind.MessageLost: LoseMessage(node, e); break;
            case EventKind.StorageFailed: node.StorageProblem = e.Detail ?? "Its storage failed."; break;
            case EventKind.StorageRecovered:
                (node.StorageProblem, node.StoragePersistence) = (null, e.Detail ?? node.StoragePersistence);
                if (e.Reason == StorageReasons.Emptied) FollowLostStorage(node);
                break;
            case EventKind.NodeFaultsChanged when e.Faults is not null: node.Faults = e.Faults; break;
            // The others change nothing but the list of events.
            default: break;
        }

        if (MayChangeSpans(e)) FollowSpans(NsOf(node, e));
    }

    private void Learn(LiveSettings settings)
    {
        _settings = settings;
        _startSettings ??= settings;
        NoteQuorum(settings);
    }

    private void TakePicture()
    {
        var rate = _rate.PerSecond(_now.Ms);
        SampleLags();
        KeepPromises(_now.Ms - ReportPatienceMs);
        SampleAvailability();
        RaiseSmallestQuorum();
        if (!_changed && rate == _rateShown)
        {
            _due |= _missed;
            return;
        }

        (_changed, _rateShown, _due) = (false, rate, true);
        _revision++;
        JudgeDurability();
    }

    /// <summary>When the last message was learnt.</summary>
    public ObserverTime Now => _now;

    /// <summary>The state as of the last message, as a picture taken now would show it; unlike taking one it leaves no trace.</summary>
    public ClusterSnapshot Look()
    {
        var touched = _durabilityTouched;
        JudgeDurability();
        _durabilityTouched = touched;
        return View(_revision + 1, _rate.PerSecond(_now.Ms));
    }

    private ClusterSnapshot View(long revision, double rate)
    {
        var (keys, order) = ViewKeys();
        return new ClusterSnapshot
        {
            Revision = revision,
            Settings = _settings,
            SmallestQuorum = _smallestQuorum,
            Waiting = _waiting,
            StartSettings = _startSettings,
            Since = _since,
            Nodes = ViewNodes(),
            Keys = keys,
            KeyOrder = order,
            EntriesNotShown = _entriesNotShown,
            Writes = ViewWrites(),
            Events = _events.View(),
            Links = ViewLinks(),
            OtherSide = _otherSide,
            Telemetry = ViewTelemetry(),
            Latencies = _latencies.View(),
            Lags = _lags.View(),
            Kpis = ViewKpis(rate),
            Figures = _figures.View(),
            Durability = _durability ??= LookAtLedger(),
            Availability = _availability.View(),
            Reign = _reign,
            ManyEpochs = _manyEpochs,
            RolledBack = _rolledBackView,
            RolledBackCount = _rolledBackCount,
            Syncs = _syncView,
            ReadsBackwards = _readsBackwards,
        };
    }
}
