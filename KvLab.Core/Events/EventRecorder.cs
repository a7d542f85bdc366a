using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;

namespace KvLab.Core.Events;

/// <summary>
/// Stamps a node's steps: sequence number, Lamport time, both clocks. Stamping and handing over happen under one lock, so that a sink
/// sees 1, 2, 3 … and nothing else, and Lamport time rises with the sequence number: a node's two orders never contradict each other.
/// </summary>
public sealed class EventRecorder(string node, string incarnation, TimeProvider time, IEventSink sink, LamportClock? lamport = null)
{
    private readonly Lock _gate = new();
    private readonly long _origin = time.GetTimestamp();
    private long _sequence;
    private TimeSpan _wallClockSkew;

    /// <summary>The node's clock, for those whose steps take time.</summary>
    internal TimeProvider Time => time;

    /// <summary>Raw monotonic time of the machine when <see cref="NodeEvent.MonotonicNs"/> was 0.</summary>
    public long OriginNs => MachineClock.NsOf(time, _origin);

    public string Node { get; } = node;
    public string Incarnation { get; } = incarnation;

    /// <summary>
    /// How wrong the node's wall clock is, as a fault of the lab. It shows in <see cref="NodeEvent.At"/> and nowhere else: no order and no version depends on a wall clock.
    /// </summary>
    public TimeSpan WallClockSkew
    {
        get { lock (_gate) return _wallClockSkew; }
        set { lock (_gate) _wallClockSkew = value; }
    }

    public LamportClock Lamport { get; } = lamport ?? new LamportClock();

    /// <summary>Records one step. Whoever received a message has <see cref="LamportClock.Witness"/>ed its time before.</summary>
    /// <returns>The step's Lamport time; a message that this step sends carries it.</returns>
    public long Record(
        EventKind kind,
        string? key = null,
        EntryVersion version = default,
        string? value = null,
        string? peer = null,
        EntryVersion held = default,
        DeliveryOutcome? outcome = null,
        double? elapsedMs = null,
        double? delayMs = null,
        int? attempt = null,
        bool late = false,
        int? acks = null,
        int? required = null,
        string? reason = null,
        string? detail = null,
        string[]? peers = null,
        double[]? delaysMs = null,
        LiveSettings? settings = null,
        bool naive = false,
        LinkFaults? link = null,
        NodeFaults? faults = null,
        long? bytesSent = null,
        long? bytesCompared = null,
        bool leaderCounted = false,
        CallFacts? call = null)
    {
        lock (_gate)
        {
            var lamport = Lamport.Tick();
            sink.Publish(new NodeEvent
            {
                Node = Node,
                Incarnation = Incarnation,
                Sequence = ++_sequence,
                Kind = kind,
                Lamport = lamport,
                MonotonicNs = (long)time.GetElapsedTime(_origin).TotalNanoseconds,
                At = time.GetUtcNow() + WallClockSkew,
                Key = key,
                Epoch = version.Epoch,
                Version = version.Counter,
                Value = value,
                Peer = peer,
                HeldEpoch = held.Epoch,
                HeldVersion = held.Counter,
                Outcome = outcome,
                ElapsedMs = elapsedMs,
                DelayMs = delayMs,
                Attempt = attempt,
                Late = late,
                Acks = acks,
                Required = required,
                Reason = reason,
                Detail = detail,
                Peers = peers,
                DelaysMs = delaysMs,
                Settings = settings,
                Naive = naive,
                Link = link,
                Faults = faults,
                BytesSent = bytesSent,
                BytesCompared = bytesCompared,
                LeaderCounted = leaderCounted,
                Call = call,
            });
            return lamport;
        }
    }
}
