using System.Collections.Concurrent;
using System.Threading.Channels;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation;
using KvLab.Core.Settings;
using KvLab.Web.Faults;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;

namespace KvLab.Web.Hubs;

/// <summary>
/// Asks every new incarnation of a node what it holds, once it is ready: events tell only changes, and a node may hold entries from
/// before its first event that this dashboard got (a dashboard started later, a leader that recovered). A follower that is promoted takes over entries from
/// the others without an event for each, so it is asked once more.
/// </summary>
internal sealed partial class NodeSeeder(
    NodeClient client, NodeDirectory directory, FaultKeeper faults, IngestQueue queue, EventTap tap, TimeProvider time, ILogger<NodeSeeder> logger)
    : BackgroundService
{
    private static readonly TimeSpan BetweenAsking = TimeSpan.FromMilliseconds(200);
    private const int MostQuestions = 300;
    private const int ClockQuestions = 5;

    // More than there can be nodes; a node that reconnects with the same incarnation asks for nothing.
    private readonly Channel<NodeHello> _requests = Channel.CreateBounded<NodeHello>(256);
    private readonly ConcurrentDictionary<string, string> _seeded = new(StringComparer.Ordinal);

    public void Request(NodeHello hello)
    {
        if (_seeded.TryGetValue(hello.Node, out var incarnation) && incarnation == hello.Incarnation) return;
        if (_requests.Writer.TryWrite(hello)) _seeded[hello.Node] = hello.Incarnation;
    }

    private void AskAgainAfterPromotion(NodeEvent e)
    {
        if (e.Kind != EventKind.LeaderPromoted || directory.Find(e.Node) is not { } node) return;
        if (_requests.Writer.TryWrite(new NodeHello { Node = e.Node, Incarnation = e.Incarnation, Role = NodeRoles.Leader, Url = node.Url })) _seeded[e.Node] = e.Incarnation;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var underWay = new List<Task>();
        using var listening = tap.Listen(AskAgainAfterPromotion);
        try
        {
            await foreach (var hello in _requests.Reader.ReadAllAsync(stoppingToken))
            {
                underWay.RemoveAll(t => t.IsCompleted);
                underWay.Add(SeedAsync(hello, stoppingToken));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        await Task.WhenAll(underWay);
    }

    /// <summary>Of a node of another boot: the quickest of a few answers says most.</summary>
    private async Task CompareClocksAsync(NodeHello hello, NodeAddress node, CancellationToken cancellation)
    {
        if (hello.BootId is { } boot && boot == MachineClock.Read(time).BootId) return;
        for (var i = 0; i < ClockQuestions; i++)
        {
            var asked = MachineClock.Read(time);
            if (await client.TryClockAsync(node, cancellation) is not { } answered) return;
            if (ClockComparison.Of(hello, asked, answered, MachineClock.Read(time)) is { } compared) await queue.EnqueueAsync(compared, cancellation);
        }
    }

    private async Task SeedAsync(NodeHello hello, CancellationToken cancellation)
    {
        try
        {
            var node = directory.Find(hello.Node) ?? new NodeAddress(hello.Node, hello.Role, hello.Url);
            await faults.ReapplyAsync(node, cancellation);
            for (var asked = 0; asked < MostQuestions && _seeded.GetValueOrDefault(hello.Node) == hello.Incarnation; asked++)
            {
                var health = await client.TryHealthAsync(node, cancellation);
                // A leader may wait for other nodes for as long as it likes.
                if (health is { Waiting: not null }) asked = 0;
                if (health is { Ready: true })
                {
                    var entries = await client.DumpAsync(node, cancellation);
                    LiveSettings? settings = hello.Role == NodeRoles.Leader ? await client.GetConfigAsync(node, cancellation) : null;
                    await queue.EnqueueAsync(new NodeSeeded(hello.Node, hello.Incarnation, [.. entries.Values], settings)
                    {
                        Faults = await client.GetFaultsAsync(node, cancellation),
                        Links = hello.Role == NodeRoles.Leader ? await client.GetLinksAsync(node, cancellation) : [],
                    }, cancellation);
                    await CompareClocksAsync(hello, node, cancellation);
                    return;
                }
                await Task.Delay(BetweenAsking, time, cancellation);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException || (ended is ObjectDisposedException && cancellation.IsCancellationRequested))
        {
            // A host that is thrown away without being stopped disposes of what this one asks, right after it has cancelled it.
        }
        catch (CommandException failure)
        {
            LogSeedFailed(logger, hello.Node, failure.Message);
        }
    }
}
