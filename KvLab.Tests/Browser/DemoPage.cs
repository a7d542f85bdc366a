using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Hosting;
using KvLab.Web.Live;
using KvLab.Web.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>Serves the page over a made-up cluster, to look at it while working on it.</summary>
[Trait("Category", "Demo")]
public sealed class DemoPage
{
    /// <summary>
    /// <c>dotnet run --project KvLab.Tests -- --explicit only --filter-method '*Serve_the_page*'</c>; ends when the file named by
    /// KVLAB_DEMO_STOP appears.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task Serve_the_page_over_made_up_clusters()
    {
        var port = int.Parse(Environment.GetEnvironmentVariable("KVLAB_DEMO_PORT") ?? "18500");
        var stop = Environment.GetEnvironmentVariable("KVLAB_DEMO_STOP") ?? "/tmp/kvlab-demo-stop";
        var hosts = new List<WebHost>();
        foreach (var (snapshot, index) in Stories().Select((s, i) => (s, i)))
        {
            var host = Serve(new FakeCluster(snapshot), $"http://127.0.0.1:{port + index}");
            await host.StartAsync(TestContext.Current.CancellationToken);
            hosts.Add(host);
        }
        while (!File.Exists(stop)) await Task.Delay(200, TestContext.Current.CancellationToken);
        foreach (var host in hosts) await host.DisposeAsync();
    }

    /// <summary>The real host with its cluster replaced: no node is started.</summary>
    public static WebHost Serve(FakeCluster cluster, string url) => WebHost.Create(["--urls", url], builder =>
    {
        foreach (var service in builder.Services.Where(IsOfTheCluster).ToList()) builder.Services.Remove(service);
        builder.Services.AddSingleton<IClusterState>(cluster);
        builder.Services.AddSingleton<IClusterCommands>(cluster);
    });

    private static bool IsOfTheCluster(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService)
        && (service.ImplementationType?.Assembly ?? service.ImplementationFactory?.Method.Module.Assembly) == typeof(WebHost).Assembly;

    private static IEnumerable<ClusterSnapshot> Stories() =>
    [
        new ClusterStory { CutAfterMs = 300 }.Tell(),
        new ClusterStory { Writes = 0, Keys = 1 }.Tell(),
        new ClusterStory { Down = "follower-3", CutAfterMs = 250 }.Tell(),
        new ClusterStory { Settings = new() { Versioning = Core.Settings.VersioningMode.Naive } }.Tell(),
        new ClusterStory { Writes = 400, Keys = 300, Followers = 15, Settings = new() { WriteQuorum = 8 } }.Tell(),
        ClusterSnapshot.Empty,
    ];
}
