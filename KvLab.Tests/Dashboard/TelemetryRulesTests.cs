using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Web.Hubs;
using Microsoft.AspNetCore.SignalR;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class TelemetryRulesTests
{
    private static readonly NodeHello Hello = new() { Node = "leader", Incarnation = "a", Role = "leader", Url = "http://127.0.0.1:8000" };

    private static NodeEvent Event(long sequence, EventKind kind = EventKind.NodeStarted, string node = "leader") =>
        new() { Node = node, Incarnation = "a", Sequence = sequence, Kind = kind };

    private static EventBatch Batch(params NodeEvent[] events) => new() { Node = "leader", Incarnation = "a", Events = events };

    [Fact]
    public void A_proper_hello_and_batch_pass()
    {
        TelemetryRules.Check(Hello);
        TelemetryRules.Check(Batch(Event(5), Event(6), Event(9)), Hello);
    }

    public static TheoryData<NodeHello> WrongHellos =>
    [
        Hello with { Node = "" }, Hello with { Node = "dashboard" }, Hello with { Node = new string('x', 65) }, Hello with { Node = "a b" },
        Hello with { Incarnation = "" }, Hello with { Role = "boss" }, Hello with { Url = "ftp://x" }, Hello with { Url = "nowhere" }, Hello with { Dropped = -1 },
        Hello with { Dropped = long.MaxValue }, Hello with { OldestSequence = long.MaxValue }, Hello with { ProcessId = -1 }, Hello with { Url = null! },
        Hello with { Url = "http://" + new string('x', 600) }, Hello with { Persistence = new string('x', 3_000) },
    ];

    [Theory]
    [MemberData(nameof(WrongHellos))]
    public void A_wrong_hello_is_refused(NodeHello hello) => Assert.Throws<HubException>(() => TelemetryRules.Check(hello));

    public static TheoryData<EventBatch> WrongBatches =>
    [
        Batch(Event(1), Event(1)), Batch(Event(2), Event(1)), Batch(Event(0)), Batch(Event(1, node: "follower-1")),
        Batch(Event(1, EventKind.ProcessCrashed)), Batch(Event(1, EventKind.EntryApplied)),
        Batch(Event(1)) with { Node = "follower-1" }, Batch(Event(1)) with { Incarnation = "b" }, Batch(Event(1)) with { Dropped = -1 }, Batch(null!),
        Batch(Event(long.MaxValue)), Batch(Event(1, (EventKind)(-1))), Batch(Event(1) with { Outcome = (DeliveryOutcome)99 }),
        Batch(Event(1) with { Epoch = -1 }), Batch(Event(1) with { Epoch = long.MaxValue }), Batch(Event(1) with { HeldVersion = -1 }), Batch(Event(1) with { Lamport = long.MaxValue }),
        Batch(Event(1) with { Acks = -1 }), Batch(Event(1) with { ElapsedMs = double.PositiveInfinity }), Batch(Event(1) with { DelaysMs = [double.NaN] }),
        Batch(Event(1) with { Key = "" }), Batch(Event(1) with { Key = "a\u0000" }), Batch(Event(1) with { Peers = [null!] }), Batch(Event(1) with { Peers = new string[65] }),
        Batch(Event(1) with { Reason = new string('x', 1_000) }), Batch(Event(1) with { Detail = new string('x', 100_000) }),
        Batch(Event(1) with { Settings = new LiveSettings { MaxDelayMs = double.NaN } }), Batch(Event(1) with { Settings = new LiveSettings { Distribution = (DelayDistribution)99 } }),
        Batch(Event(1) with { Faults = new NodeFaults { SlowMs = -1 } }),
    ];

    [Theory]
    [MemberData(nameof(WrongBatches))]
    public void A_wrong_batch_is_refused(EventBatch batch) => Assert.Throws<HubException>(() => TelemetryRules.Check(batch, Hello));
}
