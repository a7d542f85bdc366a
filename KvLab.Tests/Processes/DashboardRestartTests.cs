using System.Net;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>External mode: nodes run on while dashboards come and go, and announce themselves to each.</summary>
[Trait("Category", "Process")]
public sealed class DashboardRestartTests
{
    private const string Token = "restart-tests";

    private static Task<LabDashboard> DashboardAsync(int port) =>
        LabDashboard.StartWithAsync("--Cluster:Mode=External", $"--Cluster:Token={Token}", $"--urls=http://127.0.0.1:{port}");

    private static Task<RealCluster> NodesAsync(int port) =>
        RealCluster.StartAsync(2, ("DASHBOARD_URL", $"http://127.0.0.1:{port}"), ("CLUSTER_TOKEN", Token), ("WRITE_QUORUM", "2"));

    private static async Task<long> RecordedAsync(string url) =>
        (long)(await NodeHttp.GetAsync(url + "/internal/status", Token))["telemetry"]!["recorded"]!;

    [Fact]
    public async Task Telemetry_over_a_dashboard_restart_comes_again_without_gap_or_double()
    {
        var port = RealCluster.FreePort();
        await using var cluster = await NodesAsync(port);
        string[] urls = [cluster.Leader, cluster.Follower(1), cluster.Follower(2)];
        await using (var first = await DashboardAsync(port))
        {
            await first.WhenAsync(s => s.Nodes.Length == 3 && s.Nodes.All(n => n.State == NodeState.Running) && s.Settings is not null);
            for (var i = 0; i < 50; i++) await first.WriteAsync($"k{i % 5}", $"{i}");
            await first.WhenAsync(s => s.Quiescent && s.Kpis.Success == 50 && s.Followers.All(f => f.Applied == 50));
            var recorded = await Task.WhenAll(urls.Select(RecordedAsync));
            var snapshot = await first.WhenAsync(s => s.Telemetry.Where(t => t.Node != "dashboard").Sum(t => t.Received) == recorded.Sum());
            Assert.All(snapshot.Telemetry, t => Assert.Equal((0L, 0L, 0L), (t.Gaps, t.Doubles, t.Dropped)));
        }

        // Nobody watches; the nodes keep what they did not get rid of.
        for (var i = 50; i < 100; i++) Assert.Equal(HttpStatusCode.OK, (await cluster.WriteAsync($"k{i % 5}", $"{i}")).Status);

        // A node keeps what it has room for, also what an earlier dashboard acknowledged: the second sees the whole story.
        await using var second = await DashboardAsync(port);
        // In one or more sets of figures: the leader's story may come before the second dashboard knows how many followers there are.
        await second.WhenAsync(s => s.Quiescent && s.Figures.Before.Append(s.Figures.Current).Sum(f => f?.Success ?? 0) == 100 && s.Followers.Count() == 2 && s.Followers.All(f => f.Applied == 100));
        var all = await Task.WhenAll(urls.Select(RecordedAsync));
        var after = await second.WhenAsync(s => s.Telemetry.Where(t => t.Node != "dashboard").Sum(t => t.Received) == all.Sum());
        Assert.All(after.Telemetry, t => Assert.Equal((0L, 0L, 0L), (t.Gaps, t.Doubles, t.Dropped)));
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_of_a_burst_costs_no_event()
    {
        await using var dashboard = await DashboardAsync(RealCluster.FreePort());
        await using var link = new BreakableLink(new Uri(dashboard.Url).Port);
        await using var cluster = await NodesAsync(link.Port);
        string[] urls = [cluster.Leader, cluster.Follower(1), cluster.Follower(2)];
        await dashboard.WhenAsync(s => s.Nodes.Length == 3 && s.Settings is not null);
        var id = (string)(await dashboard.PostAsync("/api/bursts", "{\"writes\":3000,\"concurrency\":20,\"keys\":10}"))["id"]!;
        for (var i = 1; i <= 10; i++)
        {
            var reached = 200 * i;
            await dashboard.WhenAsync(s => s.Kpis.Writes >= reached);
            link.Break();
        }
        await Patience.UntilAsync(async () => (string)(await dashboard.GetAsync($"/api/bursts/{id}"))["state"]! == "done", "the burst ends");
        await cluster.UntilQuiescentAsync(Token);
        var all = await Task.WhenAll(urls.Select(RecordedAsync));
        var after = await dashboard.WhenAsync(s => s.Telemetry.Where(t => t.Node != "dashboard").Sum(t => t.Received) == all.Sum());
        // What comes again is put aside and counted; nothing is missing.
        Assert.All(after.Telemetry, t => Assert.Equal((0L, 0L), (t.Gaps, t.Dropped)));
        Assert.All(after.Followers, f => Assert.Equal(3000, f.Applied + f.Refused));
    }

    [Fact]
    public async Task A_dashboard_that_comes_late_shows_what_the_nodes_already_hold()
    {
        var port = RealCluster.FreePort();
        await using var cluster = await NodesAsync(port);
        await using (var first = await DashboardAsync(port))
        {
            await first.WhenAsync(s => s.Nodes.Length == 3 && s.Settings is not null);
            for (var i = 0; i < 20; i++) await first.WriteAsync($"k{i % 4}", $"{i}");
            await first.WhenAsync(s => s.Quiescent && s.Kpis.Success == 20);
        }
        await using var second = await DashboardAsync(port);
        var snapshot = await second.WhenAsync(s => s.Settings is not null && s.Keys.Count == 4 && s.Keys.Values.All(row => row.Cells.Count == 3));
        Assert.All(snapshot.Keys.Values, row => Assert.All(snapshot.Nodes, node => Assert.Equal(CellState.Fresh, ReplicaComparison.Compare(row, node.Id).State)));
        Assert.Equal(2, snapshot.Settings!.WriteQuorum);
        Assert.All(snapshot.Followers, f => Assert.Equal(0, f.Behind));
    }

    [Fact]
    public async Task A_node_with_a_wrong_token_is_not_let_in()
    {
        await using var dashboard = await DashboardAsync(RealCluster.FreePort());
        using var http = new HttpClient();
        using var answer = await http.PostAsync(dashboard.Url + "/hubs/node-events/negotiate?negotiateVersion=1", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_node_that_ends_is_shown_as_stopped_or_disconnected_and_cannot_be_killed_from_here()
    {
        var port = RealCluster.FreePort();
        await using var cluster = await NodesAsync(port);
        await using var dashboard = await DashboardAsync(port);
        await dashboard.WhenAsync(s => s.Nodes.Length == 3 && s.Nodes.All(n => n.State == NodeState.Running));
        var refused = await dashboard.PostAsync("/api/cluster/nodes/follower-1/kill");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("did not start the nodes", refused.Detail);
        await cluster.FollowerNode(1).KillAsync();
        await dashboard.WhenAsync(s => s.Nodes.Single(n => n.Id == "follower-1").State == NodeState.Disconnected);
        await cluster.FollowerNode(2).AskToStopAsync();
        await dashboard.WhenAsync(s => s.Nodes.Single(n => n.Id == "follower-2").State == NodeState.Stopped);
    }
}
