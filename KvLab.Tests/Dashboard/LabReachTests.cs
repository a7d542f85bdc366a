using KvLab.Web.Access;
using KvLab.Web.Leases;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class LabReachTests
{
    private readonly FakeTimeProvider _clock = new();

    private LabReach Listening(params string[] addresses) => new(new AccessOptions(), new DashboardAddress(new Server(addresses)), _clock);

    private static int StatusOf(Action act) => Record.Exception(act) is CommandException refused ? refused.Status : 200;

    [Theory]
    [InlineData(false, "http://127.0.0.1:5080")]
    [InlineData(false, "http://localhost:5080", "https://[::1]:5081")]
    [InlineData(true, "http://127.0.0.1:5080", "http://0.0.0.0:5081")]
    [InlineData(true, "http://[::]:8080")]
    [InlineData(true, "http://*:80")]
    [InlineData(true, "https://192.168.1.20:443")]
    [InlineData(true, "http://lab.example:80")]
    public void What_counts_is_where_the_server_listens(bool open, params string[] addresses) => Assert.Equal(open, Listening(addresses).IsOpenToOthers);

    [Fact]
    public void A_proxy_that_is_named_opens_the_lab()
    {
        var access = new AccessOptions { Proxies = [new System.Net.IPNetwork(System.Net.IPAddress.Loopback, 32)] };
        Assert.True(new LabReach(access, new DashboardAddress(new Server(["http://127.0.0.1:5080"])), _clock).IsOpenToOthers);
    }

    [Theory]
    [InlineData("sqlite:/etc/", null, "storage")]
    [InlineData("redis:evil.example:6379", null, "storage")]
    [InlineData("postgres://u:p@evil.example/x", null, "storage")]
    [InlineData(" SQLITE:x ", null, "storage")]
    [InlineData(null, "sqlite:/etc/x", "storageOf.follower-1")]
    [InlineData("memory", "redis:evil.example", "storageOf.follower-1")]
    public void Others_may_not_say_where_a_storage_lies(string? all, string? ofOne, string field)
    {
        var request = new StorageRequest { All = all, ByNode = ofOne is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["follower-1"] = ofOne } };
        var refused = Assert.Throws<CommandException>(() => Listening("http://0.0.0.0:5080").RequireConfigured(request));
        Assert.Equal((400, field), (refused.Status, Assert.Single(refused.Fields).Field));
        Assert.DoesNotContain("evil", refused.Message, StringComparison.Ordinal);
        Listening("http://127.0.0.1:5080").RequireConfigured(request);
    }

    [Fact]
    public void Others_may_choose_among_what_is_configured()
    {
        foreach (var kind in (string[])["memory", "sqlite", "redis", "postgres", " Sqlite "])
            Listening("http://0.0.0.0:5080").RequireConfigured(new StorageRequest { All = kind, ByNode = new Dictionary<string, string> { ["leader"] = kind } });
    }

    [Fact]
    public void Others_start_a_bounded_number_within_a_minute_and_this_machine_as_many_as_it_likes()
    {
        foreach (var (act, most) in ((Action<LabReach>, int)[])[(r => r.CountBurst(), 30), (r => r.CountRun(), 10), (r => r.CountFollower(), 30)])
        {
            var (open, here) = (Listening("http://0.0.0.0:5080"), Listening("http://127.0.0.1:5080"));
            Assert.All(Enumerable.Range(0, most), _ => Assert.Equal(200, StatusOf(() => act(open))));
            Assert.Equal(429, StatusOf(() => act(open)));
            _clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(200, StatusOf(() => act(open)));
            Assert.All(Enumerable.Range(0, 200), _ => Assert.Equal(200, StatusOf(() => act(here))));
        }
    }

    [Fact]
    public void Runs_of_every_kind_are_counted_where_they_take_the_cluster_and_a_refused_one_takes_nothing()
    {
        var reach = Listening("http://0.0.0.0:5080");
        var lease = new ExclusiveLease(_clock) { BeforeRun = reach.CountRun };
        foreach (var kind in (string[])["experiment", "scenario", "chaos", "drill", "chaos", "chaos", "chaos", "chaos", "chaos", "chaos"]) lease.Take(kind, "A run", () => { }).Dispose();
        Assert.Equal(429, StatusOf(() => lease.Take("chaos", "A run", () => { })));
        Assert.Null(lease.Current);
        lease.ActAlone(ExclusiveLease.StorageKind, "A change of storage")!.Dispose();
    }

    private sealed class Server : IServer
    {
        public Server(IEnumerable<string> addresses)
        {
            var feature = new Addresses();
            foreach (var address in addresses) feature.All.Add(address);
            Features.Set<IServerAddressesFeature>(feature);
        }

        public IFeatureCollection Features { get; } = new FeatureCollection();
        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public void Dispose() { }
    }

    private sealed class Addresses : IServerAddressesFeature
    {
        public ICollection<string> All { get; } = [];
        ICollection<string> IServerAddressesFeature.Addresses => All;
        public bool PreferHostingUrls { get; set; }
    }
}
