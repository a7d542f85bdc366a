using System.Collections.Concurrent;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Web.Faults;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;

namespace KvLab.Web.Supervision;

/// <summary>Starts the nodes when the dashboard answers requests, watches them, and ends them with it.</summary>
internal sealed partial class NodeSupervisor(
    ClusterOptions options, NodeDirectory directory, NodeClient client, DashboardAddress dashboard, DashboardEvents events,
    IClusterState state, SettingsInForce inForce, FaultKeeper links, TimeProvider time, IHostApplicationLifetime lifetime)
    : BackgroundService, ISupervisor
{
    /// <summary>How long nodes may take until they introduce themselves.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    /// <summary>How often a start that takes long says so, and when nobody waits for it any more.</summary>
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SignalPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(10);

    /// <summary>How long a node may take to end by itself before it is killed.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<string, SupervisedNode> _nodes = new(StringComparer.Ordinal);
    private readonly ProcessSpawner _spawner = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Starting, adding and removing one after another; killing never waits.
    private readonly SemaphoreSlim _changes = new(1, 1);

    private int _disposed;

    public bool Supervises => true;

    public Task<string> Ready => _ready.Task;

    /// <summary>What a leader that starts without its memory has to know. Storage that outlives processes may hold a past that this dashboard has not seen.</summary>
    private KnownPast Past => KnownPastOf(state.Current, directory, mayHaveUnseenPast: directory.All.Any(n => _storage.Of(n.Id) != StorageServers.Memory));

    internal static KnownPast KnownPastOf(ClusterSnapshot now, NodeDirectory directory, bool mayHaveUnseenPast)
    {
        var reign = directory.ReignOf(now);
        return new KnownPast(reign > 0 || !mayHaveUnseenPast ? reign : null, now.SmallestQuorum);
    }

    private LiveSettings CurrentSettings => inForce.Now ?? options.Settings;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await WhenDashboardAnswersAsync(stoppingToken);
            await StartAllAsync(stoppingToken);
            _ready.TrySetResult(await WhenReadyAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            _ready.TrySetCanceled(stoppingToken);
        }
        catch (Exception failure)
        {
            // Said by whoever waits for it.
            _ready.TrySetException(failure);
        }
    }

    private async Task WhenDashboardAnswersAsync(CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(started.SetResult))
            await started.Task.WaitAsync(cancellation);
    }

    private async Task StartAllAsync(CancellationToken cancellation)
    {
        await _changes.WaitAsync(cancellation);
        try
        {
            await RequireUsableStorageAsync(NodeRoles.Ids(options.Followers));
            await LaunchAllAsync(cancellation);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Makes a node known to everybody before its process begins.</summary>
    private SupervisedNode Register(string id, string role, int wantedPort, int port)
    {
        var node = new SupervisedNode(new NodeAddress(id, role, $"http://127.0.0.1:{port}"));
        var notice = wantedPort != 0 && wantedPort != port ? $"Port {wantedPort} was busy, {port} is used." : null;
        _nodes[id] = node;
        directory.Set(node.Address);
        events.Tell(new NodeExpected(id, role, node.Address.Url, notice));
        if (notice is not null) events.Report(EventKind.DashboardNotice, id, $"{id}: {notice}");
        return node;
    }

    private async Task LaunchAsync(SupervisedNode node, bool forgetful = false)
    {
        var info = NodeProgram.StartInfo(options.NodesPath);
        // A failover may have changed the role since the node was registered.
        var address = directory.Find(node.Id) ?? node.Address;
        NodeEnvironment.Fill(info, address, [.. directory.Followers.Where(f => f.Id != node.Id)], directory.Leader, CurrentSettings, dashboard.Url, options.Token!, _storage, Past);
        NodeEnvironment.Break(info, links.LinksOf(node.Id));
        if (forgetful) NodeEnvironment.Forget(info, Math.Max(1, directory.ReignOf(state.Current)));
        var process = await NodeProcess.StartAsync(_spawner, info);
        node.Process = process;
        directory.SetProcess(node.Id, process.Id);
        events.Tell(new ProcessChanged(node.Id, NodeState.Starting, process.Id, null));
        events.Report(EventKind.ProcessStarted, node.Id, $"process {process.Id}, {node.Address.Url}");
        node.Watch = WatchAsync(node, process);
    }

    private async Task WatchAsync(SupervisedNode node, NodeProcess process)
    {
        var end = await process.Ended;
        var crashed = !process.EndWasAsked;
        events.Tell(new ProcessChanged(
            node.Id, crashed ? NodeState.Crashed : NodeState.Stopped, null, crashed ? $"Exited unexpectedly: {end}." : "Stopped as requested."));
        events.Report(crashed ? EventKind.ProcessCrashed : EventKind.ProcessStopped, node.Id, end.ToString());
        process.Dispose();
    }

    private async Task<string> WhenReadyAsync(CancellationToken cancellation)
    {
        bool Settled(ClusterSnapshot s) =>
            s.Nodes.Length >= _nodes.Count && s.Nodes.All(n => n.State is not NodeState.Starting)
            && (s.Settings is not null || s.Waiting is not null || s.Leader?.State != NodeState.Running);
        for (var waited = TimeSpan.Zero; waited < LongestStart; waited += SayEvery)
        {
            try
            {
                var settled = await state.WhenAsync(Settled, SayEvery, time, cancellation);
                // A signal to the whole group ends the nodes too, a moment before this process has heard of it: that is no lab that runs without nodes.
                if (settled.Nodes.All(n => n.State != NodeState.Running)) await Task.Delay(SignalPause, time, cancellation);
                return StartWords.Of(state.Current);
            }
            catch (TimeoutException)
            {
                // A slow machine is no dead node: it is said, and waited for.
                await Console.Error.WriteLineAsync($"KvLab is starting at {dashboard.Url}  ({StartWords.Of(state.Current)})");
            }
        }

        return StartWords.Of(state.Current);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_nodes.Values.Select(n => n.Process?.StopAsync(StopPatience, time) ?? Task.CompletedTask));
        await Task.WhenAll(_nodes.Values.Select(n => n.Watch));
    }

    public override void Dispose()
    {
        // The container knows it under several services and disposes it once for each.
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        base.Dispose();
        foreach (var node in _nodes.Values.Where(n => n.IsAlive)) node.Process!.Kill();
        _spawner.Dispose();
        _changes.Dispose();
    }
}
