using KvLab.Core.Chaos;
using KvLab.Core.Configuration;
using KvLab.Core.Control;
using KvLab.Core.Experiments;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation;
using KvLab.Core.Scenarios;
using KvLab.Web.Access;
using KvLab.Web.Api;
using KvLab.Web.Commands;
using KvLab.Web.Components;
using KvLab.Web.Disturbances;
using KvLab.Web.Drills;
using KvLab.Web.Experiments;
using KvLab.Web.Failover;
using KvLab.Web.Faults;
using KvLab.Web.Hubs;
using KvLab.Web.Leases;
using KvLab.Web.Lessons;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Core.Reading;
using KvLab.Web.Reads;
using KvLab.Web.Pictures;
using KvLab.Web.Recordings;
using KvLab.Web.Replays;
using KvLab.Web.Resets;
using KvLab.Web.Scenarios;
using KvLab.Web.Simulations;
using KvLab.Web.Supervision;
using Microsoft.AspNetCore.DataProtection;

namespace KvLab.Web.Hosting;

/// <summary>What the dashboard is made of.</summary>
internal static class WebHostSetup
{
    /// <summary>A node's batch has at most 256 KiB of events; this leaves room around them.</summary>
    private const long LargestBatchBytes = 1024 * 1024;

    /// <summary>
    /// A field's text comes twice in an event, as its value and as what was rendered, and a character may take six bytes of JSON: twelve for each of the 64 Ki of a value. No field
    /// takes more (TextLimits); all six texts of a report, which come back at once, are less.
    /// </summary>
    private const long LongestPageMessageBytes = 1024 * 1024;

    public static void AddServer(this WebApplicationBuilder builder)
    {
        builder.WebHost.UseStaticWebAssets();
        // Wherever somebody may have said where to listen.
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null && builder.Configuration["https_ports"] is null
            && !builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
            builder.WebHost.UseUrls(ListenOptions.DefaultUrl);
        // By which names it may be called is decided by CallerGuard, which knows where the server really listens.
        builder.Configuration["AllowedHosts"] = "*";
        // One line on the console says where the lab is; warnings come through.
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // A browser that was open over a restart brings a cookie of the old key; it gets a new one, and nobody has to know.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.None);
        // Why it cannot start is said by the program, in one sentence and without a stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
    }

    public static void AddDashboard(this IServiceCollection services, ClusterOptions options, AccessOptions access, RecordingOptions recording, LessonOptions lessons)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(access);
        services.AddSingleton<LabReach>();
        services.AddSingleton(provider => new ExclusiveLease(provider.GetRequiredService<TimeProvider>()) { BeforeRun = provider.GetRequiredService<LabReach>().CountRun });
        services.AddSingleton(options);
        services.AddSingleton(options.Servers);
        services.AddPages();
        services.AddApi();
        services.AddRecordings(recording);
        services.AddState();
        services.AddTelemetry();
        services.AddCommands();
        services.AddNodes(options);
        services.AddRuns();
        services.AddExperiments();
        services.AddScenarios();
        services.AddSingleton(new LessonBook(lessons));
        services.AddSingleton<SimulationStore>();
        services.AddSingleton<SimulationReader>();
    }

    private static void AddPages(this IServiceCollection services)
    {
        // Nothing that is protected outlives this process, so that no key ring is left in anybody's home directory.
        services.AddDataProtection().AddKeyManagementOptions(keys => keys.XmlRepository = new KeysInMemory());
        // A browser that is slow gets the next picture when it has drawn the last but one: it skips states instead of running behind.
        services.AddRazorComponents().AddInteractiveServerComponents(circuit => circuit.MaxBufferedUnacknowledgedRenderBatches = 2)
            // A report's answers are long texts, and a text that is too long for one message would end the circuit it was typed in.
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = LongestPageMessageBytes);
        services.AddKvLabPage();
    }

    /// <summary>Before the state: services end in the other order, so what the state still tells is recorded.</summary>
    private static void AddRecordings(this IServiceCollection services, RecordingOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(provider => new PictureStore(DataFolder.Of(provider.GetRequiredService<IConfiguration>()), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RecordingStore(DataFolder.Of(provider.GetRequiredService<IConfiguration>()), options));
        services.AddSingleton<Recorder>();
        services.AddSingleton<IStreamKeeper>(provider => provider.GetRequiredService<Recorder>());
        services.AddHostedService(provider => provider.GetRequiredService<Recorder>());
        services.AddSingleton<IRecordedStreams, RecordedStreams>();
    }

    private static void AddState(this IServiceCollection services)
    {
        services.AddSingleton<ClusterState>();
        services.AddHostedService<UnobservedFailures>();
        services.AddSingleton<SettingsInForce>();
        services.AddSingleton<IClusterState>(provider => provider.GetRequiredService<ClusterState>());
        services.AddSingleton<IngestQueue>();
        services.AddSingleton<EventTap>();
        services.AddSingleton<DashboardEvents>();
        services.AddSingleton<ClientOutcomes>();
        services.AddSingleton<StatePublisher>();
        services.AddSingleton<IDurabilityLookup>(provider => provider.GetRequiredService<StatePublisher>());
        services.AddSingleton<ITrafficLookup>(provider => provider.GetRequiredService<StatePublisher>());
        services.AddSingleton<ITimelineSource, LiveTimeline>();
        services.AddHostedService(provider => provider.GetRequiredService<StatePublisher>());
    }

    private static void AddTelemetry(this IServiceCollection services)
    {
        services.AddSignalR().AddJsonProtocol(json => json.PayloadSerializerOptions.Converters.Add(new StrictEnums())).AddMessagePackProtocol().AddHubOptions<NodeEventsHub>(hub =>
        {
            hub.MaximumReceiveMessageSize = LargestBatchBytes;
            hub.MaximumParallelInvocationsPerClient = 1;
        });
        services.AddSingleton<TelemetryIntake>();
        services.AddSingleton<NodeIntroductions>();
        services.AddSingleton<NodeSeeder>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeSeeder>());
    }

    private static void AddCommands(this IServiceCollection services)
    {
        services.AddSingleton<NodeClient>();
        services.AddSingleton<PromisedWrites>();
        services.AddSingleton<ReadBook>();
        services.AddSingleton<ReadService>();
        services.AddSingleton<IReads>(provider => provider.GetRequiredService<ReadService>());
        services.AddSingleton<BurstStarter>();
        services.AddSingleton<FaultKeeper>();
        services.AddSingleton<IClusterCommands, ClusterCommands>();
    }

    private static void AddExperiments(this IServiceCollection services)
    {
        services.AddSingleton(provider => new RunStore(DataFolder.Of(provider.GetRequiredService<IConfiguration>())));
        services.AddSingleton<IExperimentCluster, ExperimentCluster>();
        services.AddSingleton<ExperimentService>();
    }

    private static void AddScenarios(this IServiceCollection services)
    {
        services.AddTransient<IClusterControl, RealStage>();
        services.AddSingleton<Func<IClusterControl>>(provider => provider.GetRequiredService<IClusterControl>);
        services.AddSingleton<ScenarioService>();
    }

    private static void AddNodes(this IServiceCollection services, ClusterOptions options)
    {
        services.AddSingleton<NodeDirectory>();
        services.AddHostedService<RoleKeeper>();
        services.AddSingleton<IDrills, DrillService>();
        services.AddSingleton<ILabDefaults, LabDefaults>();
        services.AddSingleton<FailoverService>();
        services.AddSingleton<IFailover>(provider => provider.GetRequiredService<FailoverService>());
        services.AddHostedService(provider => provider.GetRequiredService<FailoverService>());
        services.AddSingleton<DashboardAddress>();
        services.AddHostedService<ParentWatch>();
        services.AddHostedService<DisturbanceWatch>();
        if (options.Mode == ClusterMode.External)
        {
            services.AddSingleton<ISupervisor, ExternalCluster>();
            return;
        }
        services.AddSingleton<NodeSupervisor>();
        services.AddSingleton<ISupervisor>(provider => provider.GetRequiredService<NodeSupervisor>());
        services.AddHostedService(provider => provider.GetRequiredService<NodeSupervisor>());
    }
}
