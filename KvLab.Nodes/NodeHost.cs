using System.Net;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Endpoints;
using KvLab.Nodes.Member;
using KvLab.Nodes.Options;
using KvLab.Nodes.Peers;
using KvLab.Nodes.Storage;
using KvLab.Nodes.Telemetry;
using KvLab.Nodes.Timing;
using KvLab.Nodes.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KvLab.Nodes;

/// <summary>One node, put together and run: the program's whole content, as a class that a test can start on port 0.</summary>
public sealed partial class NodeHost : IAsyncDisposable
{
    private static readonly TimeSpan StoragePause = TimeSpan.FromMilliseconds(250);

    private readonly NodeOptions _options;
    private readonly WebApplication _app;
    private readonly PreciseTimeProvider _time = new();
    private readonly ClusterHttp _http;
    private readonly HttpReplicaTransport _transport;
    private readonly EventOutbox? _outbox;
    private readonly IKeyValueStore _store;
    private readonly Replica _replica;
    private readonly Node _node;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _log;
    private Task _becomingReady = Task.CompletedTask;
    private Task? _stopped;

    public NodeHost(NodeOptions options)
    {
        _options = options;
        _app = BuildApp(options);
        _log = _app.Services.GetRequiredService<ILogger<NodeHost>>();
        _http = new ClusterHttp(options.ClusterToken);
        _outbox = options.DashboardUrl is null ? null : new EventOutbox(options.Telemetry);

        Incarnation = $"{DateTime.UtcNow:yyMMddHHmmss}-{Guid.NewGuid().ToString("N")[..6]}";
        var events = new EventRecorder(options.NodeId, Incarnation, _time, _outbox ?? (IEventSink)NullEventSink.Instance);
        _store = StoreFactory.Create(options.Storage, options.Lab, options.NodeId);
        var store = _store;
        var isLeader = options.Role == NodeRole.Leader;
        _transport = new HttpReplicaTransport(_http);
        var peers = new HttpPeerCalls(_http);
        var leading = new LeaderOptions { OnTimers = () => _time.IsOnItsThread };
        _replica = isLeader
            ? Replica.Leading(leading, options.Settings, options.Followers, store, _transport, peers, events, _time)
            : Replica.Following(leading, options.Settings.Versioning, store, _transport, peers, events, _time);
        _node = new Node(options, _replica, events, _time) { Telemetry = CreateTelemetry() };
        // Whoever replaced this node says so with its first call; until then nobody is sent to a leader of the past.
        _replica.RoleChanged += _ => _node.KnownLeader.Forget();
        _replica.Failed += BackgroundFailed;
        TaskScheduler.UnobservedTaskException += NoteUnobserved;
        _http.Faults = _node.Faults;
        _http.LeaderEpoch = () => _node.Leader?.Epoch;
        MapEndpoints(_app, _node);
    }

    /// <summary>Names this run of the node; sequence numbers of events start at 1 in each.</summary>
    public string Incarnation { get; }

    /// <summary>Where the node is reached, once it has started.</summary>
    public string Url => _node.Url;

    /// <summary>The port that it really got, whatever it tells others.</summary>
    internal int BoundPort => new Uri(_app.Urls.First()).Port;

    /// <summary>Completes when the node takes all requests; a leader has asked its followers by then.</summary>
    public Task Ready => _becomingReady;

    /// <summary>Runs until the process is asked to end (SIGTERM, Ctrl+C), and ends in order.</summary>
    public async Task RunAsync(Action ready)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = _app.Lifetime.ApplicationStopping.Register(asked.SetResult);
        if (await Task.WhenAny(_becomingReady, asked.Task) == _becomingReady)
        {
            await _becomingReady;
            ready();
        }

        await asked.Task;
        await StopAsync();
    }

    /// <summary>What the node answers, as <c>METHOD /path</c>.</summary>
    internal IEnumerable<string> Routes =>
        from source in ((IEndpointRouteBuilder)_app).DataSources
        from endpoint in source.Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
        select $"{method} {endpoint.RoutePattern.RawText}";

    /// <summary>Returns when the node listens; <see cref="Ready"/> comes later.</summary>
    /// <exception cref="IOException">The port is not free.</exception>
    /// <exception cref="StoreException">What lies in the storage must not be touched by this node: waiting would not help.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (_store is DurableStore durable) await durable.TryOpenAsync(cancellation);
        await _app.StartAsync(cancellation);
        _node.Begin(_options.AdvertisedUrl ?? Reachable(_app.Urls.First()));
        // Only who leads, or is about to, asks others.
        _http.LeaderUrl = _node.Url;
        (_store as DurableStore)?.Watch(RecordStorage);
        // Before the first question to a follower: a leader that starts behind a partition recovers without the other side.
        if (_options.LinkFaults.Length > 0) _replica.SetLinks(_options.LinkFaults);
        _node.Telemetry?.Start();
        _becomingReady = BecomeReadyAsync(_stopping.Token);
    }

    private async Task BecomeReadyAsync(CancellationToken cancellation)
    {
        while (!await TryRecoverAsync(cancellation))
        {
            // Not before it works: every attempt seals another epoch. What turned out to be another's will never work; the next attempt ends the node.
            do await Task.Delay(StoragePause, cancellation);
            while (_store is DurableStore { Status: { Ok: false, Failure: not StoreFailure.Schema } });
        }

        _node.BecomeReady();
    }

    /// <returns>False while the storage is away: what it remembers has to be known first. And where it did not come to a reign.</returns>
    /// <exception cref="StoreException">What lies in the storage must not be used: waiting would not help.</exception>
    private async Task<bool> TryRecoverAsync(CancellationToken cancellation)
    {
        try
        {
            if (_store is DurableStore { Status.Ok: true, BeganEmpty: false }) _replica.Remembers = true;
            if (_node.Leader is null) await _replica.Follower!.RecallAsync(cancellation);
            else if (_options.ForgetfulEpoch is { } epoch) _replica.BeginForgetful(epoch);
            else if (await _replica.RecoverAsync(_options.RecoveryTimeout, _options.Past, cancellation) is { Silent.Count: > 0 } report)
                FollowersSilent(string.Join(", ", report.Silent), _options.RecoveryTimeout.TotalMilliseconds);
            return true;
        }
        catch (StoreException failure) when (failure.Failure != StoreFailure.Schema)
        {
            return false;
        }
        catch (Exception unexpected) when (unexpected is not (StoreException or OperationCanceledException))
        {
            // Whatever another node answers, this one does not end of it: others begin epochs, or one is broken. It asks again.
            RecoveryFailed(unexpected.Message);
            return false;
        }
    }

    private void RecordStorage(StorageChange change)
    {
        var status = change.Status;
        if (status.Ok)
        {
            StorageRecovered(change.After.TotalMilliseconds);
            if (change.Emptied) _replica.Remembers = false;
            _node.Events.Record(EventKind.StorageRecovered, elapsedMs: change.After.TotalMilliseconds, reason: change.Emptied ? StorageReasons.Emptied : null, detail: (_store as DurableStore)?.Persistence);
        }
        else
        {
            StorageFailed(status.Sentence!);
            _node.Events.Record(EventKind.StorageFailed, reason: EnumNames.NameOf(status.Failure!.Value), detail: status.Sentence);
        }
    }

    /// <summary>
    /// Takes no more writes, goes on delivering what is open for a while, says what was left, hands the last events to the dashboard, and ends.
    /// Calling it again waits for the same end.
    /// </summary>
    public Task StopAsync() => _stopped ??= StopOnceAsync();

    private async Task StopOnceAsync()
    {
        _node.Phase = MemberPhase.Stopping;
        // A signal that ends a process reaches one that is stopped when it goes on.
        _node.Faults.Change(static faults => faults with { Frozen = false });
        await _stopping.CancelAsync();
        await _becomingReady.ContinueWith(static _ => { }, TaskScheduler.Default);
        if (_node.Leader is { } leader)
        {
            var report = await leader.StopAsync(_options.DrainTimeout);
            if (report.Total > 0) DeliveriesLeft(report);
        }
        else
        {
            _node.Events.Record(EventKind.NodeStopping);
        }

        if (_node.Telemetry is { } telemetry)
        {
            await telemetry.FlushAsync(_options.FlushTimeout);
            await telemetry.DisposeAsync();
        }

        await _app.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
        await _replica.DisposeAsync();
        TaskScheduler.UnobservedTaskException -= NoteUnobserved;
        if (_store is DurableStore durable) await durable.DisposeAsync();
        _transport.Dispose();
        _http.Dispose();
        _time.Dispose();
        _stopping.Dispose();
    }

    private void NoteUnobserved(object? sender, UnobservedTaskExceptionEventArgs failure) => BackgroundFailed("A background task failed, and nothing was waiting for its result", failure.Exception);

    private TelemetrySender? CreateTelemetry() => _outbox is null ? null : new TelemetrySender(
        _outbox,
        cancellation => SignalRSession.ConnectAsync(_options.DashboardUrl!, _options.ClusterToken, cancellation),
        () => new NodeHello
        {
            Node = _options.NodeId,
            Incarnation = Incarnation,
            Role = _node!.RoleName,
            Url = _node.Url,
            ProcessId = Environment.ProcessId,
            OldestSequence = _outbox.Oldest,
            Dropped = _outbox.Dropped,
            Storage = _options.Storage.ToString(),
            StorageIsNew = _store is DurableStore { BeganEmpty: true },
            Persistence = (_store as DurableStore)?.Persistence,
            BootId = _node.Now.BootId,
            MonotonicNs = _node.Now.Ns,
            OriginNs = _node.Events.OriginNs,
            IsStarting = _node.Phase == MemberPhase.Starting,
        },
        cancellation => _node.Faults.WhenThawedAsync(cancellation),
        TimeProvider.System,
        _app.Services.GetRequiredService<ILogger<TelemetrySender>>());

    private static WebApplication BuildApp(NodeOptions options)
    {
        // Nothing but what a node needs: six of them start at once on a small machine.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "KvLab.Nodes" });
        // A read that waits for data before it takes a buffer is two reads; a node has few connections, and its buffers are small.
        builder.WebHost.UseSockets(sockets =>
        {
            sockets.WaitForDataBeforeAllocatingBuffer = false;
            sockets.UnsafePreferInlineScheduling = true;
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BatchCodec.LongestBatch;
            kestrel.Listen(options.Host, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning).AddFilter("KvLab", LogLevel.Information)
            // Why it cannot start is said by the program, in one sentence and without a stack trace.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        return builder.Build();
    }

    private static void MapEndpoints(WebApplication app, Node node)
    {
        var token = new ClusterToken(node.Options.ClusterToken, TimeProvider.System);
        var faults = new OwnFaultEndpoints(node, token);
        app.UseMiddleware<ProblemDetails>();
        app.Use(new NodeGuard(node.Options, token).CheckAsync);
        app.Use(faults.HoldWhileFrozenAsync);
        app.UseRouting();
        new WriteEndpoint(node).Map(app);
        new ReadEndpoints(node, token).Map(app);
        new ReplicateEndpoints(node, token, app.Lifetime.ApplicationStopping).Map(app);
        new ConfigEndpoints(node, token).Map(app);
        new HealthEndpoint(node).Map(app);
        new MemberEndpoints(node, token).Map(app);
        new PeerEndpoints(node, token).Map(app);
        new ReignEndpoints(node, token).Map(app);
        faults.Map(app);
        OpenApiEndpoint.Map(app);
    }

    /// <summary>A bind address that means "all of them" is not where anybody connects to: the machine's name is.</summary>
    private static string Reachable(string bound)
    {
        var uri = new Uri(bound.Replace("//[::]", "//0.0.0.0", StringComparison.Ordinal));
        return uri.Host == IPAddress.Any.ToString() ? $"http://{Environment.MachineName}:{uri.Port}" : $"http://{uri.Authority}";
    }
}
