using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Nodes.Telemetry;
using KvLab.Tests.Infrastructure.NodeProcess;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KvLab.Tests.Nodes;

/// <summary>protocol.md, telemetry: batched, sequenced, acknowledged, resent, bounded, over a real SignalR connection.</summary>
[Trait("Category", "Component")]
public sealed class TelemetryTests : IAsyncLifetime
{
    private FakeDashboard _dashboard = null!;

    public async ValueTask InitializeAsync() => _dashboard = await FakeDashboard.StartAsync();

    public ValueTask DisposeAsync() => _dashboard.DisposeAsync();

    private sealed record Reporter(EventRecorder Events, EventOutbox Outbox, TelemetrySender Sender) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Sender.DisposeAsync();
    }

    private static Reporter Start(string dashboardUrl, OutboxLimits? limits = null, string? token = null, TaskCompletionSource? hold = null)
    {
        var outbox = new EventOutbox(limits ?? new OutboxLimits());
        var events = new EventRecorder("leader", "one-run", TimeProvider.System, outbox);
        var sender = new TelemetrySender(
            outbox,
            async cancellation =>
            {
                if (hold is not null) await hold.Task;
                return await SignalRSession.ConnectAsync(dashboardUrl, token, cancellation);
            },
            () => new NodeHello { Node = "leader", Incarnation = "one-run", Role = "leader", Url = "http://leader:1", ProcessId = 7, OldestSequence = outbox.Oldest, Dropped = outbox.Dropped },
            _ => Task.CompletedTask,
            TimeProvider.System,
            NullLogger<TelemetrySender>.Instance);
        sender.Start();
        return new Reporter(events, outbox, sender);
    }

    private static void Record(Reporter node, int count)
    {
        for (var i = 0; i < count; i++) node.Events.Record(EventKind.WriteAccepted, "k");
    }

    private static Task UntilHeardAsync(HeardEvents heard, int count) =>
        Patience.UntilAsync(() => heard.Of("leader").Count >= count, $"{count} events arrive");

    private static void AssertWithoutGapOrDouble(HeardEvents heard, int count) =>
        Assert.Equal(Enumerable.Range(1, count).Select(n => (long)n), heard.Of("leader").Select(e => e.Sequence));

    [Fact]
    public async Task Every_fact_of_an_event_arrives_as_it_was_recorded()
    {
        await using var node = Start(_dashboard.Url, token: "secret");
        var sent = new List<NodeEvent>();
        var copy = new EventRecorder("leader", "one-run", TimeProvider.System, new Copy(sent));
        foreach (var recorder in (EventRecorder[])[node.Events, copy])
        {
            recorder.Record(EventKind.SettingsChanged, settings: new LiveSettings { WriteQuorum = 2, Distribution = DelayDistribution.Pareto, Seed = -1, OnShortfall = OnShortfall.Error });
            recorder.Record(EventKind.DeliveryAcked, "clé 漢", new(3, long.MaxValue), "{\"a\":1}", "follower-1", new(3, 4), DeliveryOutcome.Superseded,
                elapsedMs: 1.25, delayMs: 0.1, attempt: 2, late: true, acks: 3, required: 2, reason: "refused", detail: "A sentence.",
                peers: ["follower-1", "follower-2"], delaysMs: [0.5, 1e-3], naive: true,
                link: new LinkFaults { Mode = LinkMode.Refuse, Answer = new DirectionFaults { JitterMs = 1.5 } }, faults: new NodeFaults { ClockSkewMs = 5 });
        }

        await UntilHeardAsync(_dashboard.Heard, 2);
        var heard = _dashboard.Heard.Of("leader");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(sent[i] with { At = default, MonotonicNs = 0, Peers = null, DelaysMs = null }, heard[i] with { At = default, MonotonicNs = 0, Peers = null, DelaysMs = null });
            Assert.Equal(sent[i].Peers, heard[i].Peers);
            Assert.Equal(sent[i].DelaysMs, heard[i].DelaysMs);
            Assert.True(heard[i].MonotonicNs > 0);
            Assert.Equal(TimeSpan.Zero, heard[i].At.Offset);
        }

        Assert.Equal("secret", _dashboard.Heard.Token);
        Assert.Equal(("leader", "http://leader:1", 7, 1), _dashboard.Heard.Hellos.Select(h => (h.Role, h.Url, h.ProcessId, h.OldestSequence)).Single());
    }

    [Fact]
    public async Task Many_events_arrive_in_order_each_once()
    {
        await using var node = Start(_dashboard.Url);
        Record(node, 20_000);
        await UntilHeardAsync(_dashboard.Heard, 20_000);
        AssertWithoutGapOrDouble(_dashboard.Heard, 20_000);
        Assert.Equal(0, node.Outbox.Dropped);
    }

    [Fact]
    public async Task Over_a_restart_of_the_dashboard_nothing_is_missing_and_nothing_twice()
    {
        var port = new Uri(_dashboard.Url).Port;
        await using var node = Start(_dashboard.Url);
        Record(node, 500);
        await UntilHeardAsync(_dashboard.Heard, 500);

        await _dashboard.DisposeAsync();
        Record(node, 700);
        _dashboard = await FakeDashboard.StartAsync(port, _dashboard.Heard);
        Record(node, 300);
        await UntilHeardAsync(_dashboard.Heard, 1500);

        AssertWithoutGapOrDouble(_dashboard.Heard, 1500);
        Assert.Equal(0, _dashboard.Heard.Repeated);
        Assert.Equal(2, _dashboard.Heard.Hellos.Count);
    }

    [Fact]
    public async Task A_dashboard_that_knows_nothing_gets_the_history_that_is_kept()
    {
        var port = new Uri(_dashboard.Url).Port;
        await using var node = Start(_dashboard.Url, new OutboxLimits { History = 100 });
        Record(node, 500);
        await Patience.UntilAsync(() => node.Outbox.Confirmed == 500, "everything is confirmed");

        await _dashboard.DisposeAsync();
        _dashboard = await FakeDashboard.StartAsync(port);
        await UntilHeardAsync(_dashboard.Heard, 100);
        Record(node, 1);
        await UntilHeardAsync(_dashboard.Heard, 101);
        Assert.Equal(Enumerable.Range(401, 101).Select(n => (long)n), _dashboard.Heard.Of("leader").Select(e => e.Sequence));
        Assert.Equal((401, 0), _dashboard.Heard.Hellos.Select(h => (h.OldestSequence, h.Dropped)).Single());
    }

    [Fact]
    public async Task An_acknowledgement_that_is_lost_costs_no_event_and_doubles_none()
    {
        await using var node = Start(_dashboard.Url);
        _dashboard.Heard.LoseNextAnswer = true;
        Record(node, 50);
        await Patience.UntilAsync(() => node.Outbox.Confirmed == 50, "the node knows that everything arrived");
        AssertWithoutGapOrDouble(_dashboard.Heard, 50);
        Assert.Equal(0, node.Outbox.Dropped);
    }

    [Fact]
    public async Task What_overflows_before_the_dashboard_is_there_is_counted_and_leaves_a_visible_gap()
    {
        var hold = new TaskCompletionSource();
        await using var node = Start(_dashboard.Url, new OutboxLimits { Events = 200 }, hold: hold);
        Record(node, 500);
        Assert.Equal(300, node.Sender.Status.Dropped);
        hold.SetResult();
        await UntilHeardAsync(_dashboard.Heard, 200);
        Assert.Equal(301, _dashboard.Heard.Of("leader")[0].Sequence);
        Assert.Equal(300, _dashboard.Heard.Dropped);
        Assert.Equal(300, _dashboard.Heard.Hellos.Single().Dropped);
    }

    [Fact]
    public async Task Recording_does_not_wait_for_a_dashboard_that_is_away()
    {
        await using var node = Start($"http://127.0.0.1:{RealCluster.FreePort()}", new OutboxLimits { Events = 1000 });
        Record(node, 5000);
        Assert.Equal((5000, 4000, 1000, false), (node.Sender.Status.Recorded, node.Sender.Status.Dropped, node.Sender.Status.Buffered, node.Sender.Status.Connected));
    }

    private sealed class Copy(List<NodeEvent> events) : IEventSink
    {
        public void Publish(NodeEvent nodeEvent) => events.Add(nodeEvent);
    }
}
