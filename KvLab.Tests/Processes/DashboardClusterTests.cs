using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>A dashboard that supervises real nodes, driven over its REST API.</summary>
[Trait("Category", "Process")]
public sealed class DashboardClusterTests(LabOfThree shared) : IClassFixture<LabOfThree>
{
    [Fact]
    public async Task It_starts_a_leader_and_its_followers_and_passes_writes_to_them()
    {
        await using var lab = await LabDashboard.StartAsync(3);
        Assert.Equal("1 leader, 3 followers", lab.ReadyPhrase);
        var cluster = await lab.GetAsync("/api/cluster");
        var nodes = cluster["nodes"]!.AsArray();
        Assert.Equal(["leader", "follower-1", "follower-2", "follower-3"], nodes.Select(n => (string)n!["id"]!));
        Assert.All(nodes, n => Assert.Equal("running", (string)n!["state"]!));
        Assert.All(nodes, n => Assert.False(Process.GetProcessById((int)n!["pid"]!).HasExited));
        Assert.Equal((3, "uniform"), ((int)cluster["settings"]!["writeQuorum"]!, (string)cluster["settings"]!["distribution"]!));

        var answer = await lab.WriteAsync("k1", "{\"any\":[1,2]}");
        Assert.Equal((HttpStatusCode.OK, "success", 1, 3), (answer.Status, (string)answer["status"]!, (int)answer["version"]!, (int)answer["acks"]!));
        Assert.Equal(1, (int)(await lab.ConvergedAsync())["keys"]!);
        await lab.WhenAsync(s => s.Quiescent && s.Kpis.Success == 1 && s.Keys.ContainsKey("k1") && s.Keys["k1"].Cells.Count == 4);
    }

    [Fact]
    public async Task Settings_change_at_once_and_all_or_nothing()
    {
        var lab = await shared.FreshAsync();
        var changed = await lab.PatchAsync("{\"writeQuorum\":1,\"distribution\":\"pareto\",\"maxDelayMs\":20}");
        Assert.Equal((HttpStatusCode.OK, 1, "pareto"), (changed.Status, (int)changed["writeQuorum"]!, (string)changed["distribution"]!));
        Assert.Equal("pareto", (string)(await lab.GetAsync("/api/cluster"))["settings"]!["distribution"]!);

        var refused = await lab.PatchAsync("{\"seed\":7,\"writeQuorum\":4,\"maxDelayMs\":-1}");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("writeQuorum", refused.Fields);
        Assert.Contains("maxDelayMs", refused.Fields);
        var settings = JsonNode.Parse((await NodeHttp.GetAsync(lab.Node("leader").Url + "/config")).Text)!;
        Assert.Equal((42, 1), ((int)settings["seed"]!, (int)settings["writeQuorum"]!));
    }

    [Fact]
    public async Task Naive_mode_reaches_leader_and_followers()
    {
        var lab = await shared.FreshAsync();
        await lab.PatchAsync("{\"versioning\":\"naive\"}");
        Assert.All(await Task.WhenAll(lab.Snapshot.Nodes.Select(n => NodeHttp.GetAsync(n.Url + "/config"))), config => Assert.Equal("naive", (string)config["versioning"]!));
        Assert.True(lab.Snapshot.Naive);
    }

    [Fact]
    public async Task A_killed_follower_starts_again_with_its_id_and_port_and_receives_writes()
    {
        await using var lab = await LabDashboard.StartAsync(3, "--Cluster:WriteQuorum=2");
        await lab.WriteAsync("k1", "1");
        var before = lab.Node("follower-2");
        var left = RealNode.TemporaryFilesOf(before.ProcessId!.Value);
        var killed = await lab.PostAsync("/api/cluster/nodes/follower-2/kill");
        Assert.Equal((HttpStatusCode.OK, "stopped"), (killed.Status, (string)killed["state"]!));
        Assert.Equal([], left());
        Assert.Equal(HttpStatusCode.Conflict, (await lab.PostAsync("/api/cluster/nodes/follower-2/kill")).Status);
        var report = await lab.GetAsync("/api/convergence");
        Assert.Equal("unreachable", (string)report["followers"]!.AsArray().Single(f => (string)f!["id"]! == "follower-2")!["state"]!);
        Assert.False((bool)report["converged"]!);

        var started = await lab.PostAsync("/api/cluster/nodes/follower-2/start");
        Assert.Equal((HttpStatusCode.OK, "running"), (started.Status, (string)started["state"]!));
        Assert.Equal(HttpStatusCode.Conflict, (await lab.PostAsync("/api/cluster/nodes/follower-2/start")).Status);
        Assert.Equal(before.Url, lab.Node("follower-2").Url);
        Assert.NotEqual(before.ProcessId, lab.Node("follower-2").ProcessId);
        await lab.WriteAsync("k1", "2");
        await lab.ConvergedAsync();
    }

    [Fact]
    public async Task A_crash_is_shown_with_how_it_ended_and_the_node_can_be_started_again()
    {
        await using var lab = await LabDashboard.StartAsync(2);
        await RealNode.SignalAsync(lab.Node("follower-1").ProcessId!.Value, "KILL");
        var crashed = (await lab.WhenAsync(s => s.Nodes.Any(n => n.State == NodeState.Crashed))).Nodes.Single(n => n.State == NodeState.Crashed);
        Assert.Equal("follower-1", crashed.Id);
        Assert.Contains("killed by signal 9", crashed.Notice);
        await lab.WhenAsync(s => s.Events.NewestFirst().Any(e => e.Kind == EventKind.ProcessCrashed && e.Peer == "follower-1"));
        Assert.Equal("running", (string)(await lab.PostAsync("/api/cluster/nodes/follower-1/start"))["state"]!);
        Assert.Null(lab.Node("follower-1").Notice);
    }

    [Fact]
    public async Task A_busy_port_is_replaced_by_a_free_one_and_said_so()
    {
        // More than it needs, so that the port it turns to belongs to no other test.
        var basePort = RealCluster.FreePorts(8);
        using var other = new TcpListener(IPAddress.Loopback, basePort + 1);
        other.Start();
        await using var lab = await LabDashboard.StartWithAsync("--Cluster:Followers=2", $"--Cluster:BasePort={basePort}");
        Assert.Equal("1 leader, 2 followers", lab.ReadyPhrase);
        var follower = lab.Node("follower-1");
        Assert.Equal($"Port {basePort + 1} was busy, {new Uri(follower.Url).Port} is used.", follower.Notice);
        Assert.Contains(lab.Snapshot.Events.NewestFirst(), e => e.Kind == EventKind.DashboardNotice && e.Peer == "follower-1");
        Assert.Equal("success", (string)(await lab.WriteAsync("k", "1"))["status"]!);
    }

    [Fact]
    public async Task Followers_join_and_leave_while_running_and_never_below_the_quorum()
    {
        await using var lab = await LabDashboard.StartAsync(2, "--Cluster:WriteQuorum=2");
        var refused = await lab.DeleteAsync("/api/cluster/followers/follower-1");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("W = 2", refused.Detail);

        var added = await lab.PostAsync("/api/cluster/followers");
        Assert.Equal((HttpStatusCode.Created, "follower-3"), (added.Status, (string)added["id"]!));
        await lab.PatchAsync("{\"writeQuorum\":3}");
        Assert.Equal(3, (int)(await lab.WriteAsync("k", "1"))["acks"]!);
        await lab.PatchAsync("{\"writeQuorum\":1}");
        Assert.Equal(HttpStatusCode.NoContent, (await lab.DeleteAsync("/api/cluster/followers/follower-1")).Status);
        Assert.Equal(["leader", "follower-2", "follower-3"], lab.Snapshot.Nodes.Select(n => n.Id));
        Assert.Equal(HttpStatusCode.NotFound, (await lab.DeleteAsync("/api/cluster/followers/follower-1")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await lab.DeleteAsync("/api/cluster/followers/leader")).Status);
        await lab.ConvergedAsync();
    }

    [Fact]
    public async Task The_out_of_order_demo_brings_3_1_2_to_one_follower_whatever_the_quorum()
    {
        var lab = await shared.FreshAsync();
        foreach (var writeQuorum in (int[])[0, 1, 3])
        {
            await lab.PatchAsync($$"""{"writeQuorum":{{writeQuorum}}}""");
            var demo = await lab.PostAsync("/api/demos/out-of-order", "{\"follower\":\"follower-2\"}");
            Assert.Equal(HttpStatusCode.OK, demo.Status);
            var versions = demo["versions"]!.AsArray().Select(v => (long)v!).ToArray();
            Assert.Equal(versions.Order(), versions);
            var snapshot = await lab.WhenAsync(s => s.Quiescent && s.Events.NewestFirst().Count(IsArrival) == 3);
            bool IsArrival(NodeEvent e) => e.Node == "follower-2" && e.Key == (string)demo["key"]! && versions.Contains(e.Version) && e.Kind is EventKind.EntryApplied or EventKind.EntryRefused;
            var arrivals = snapshot.Events.NewestFirst().Where(IsArrival).Reverse().ToArray();
            Assert.Equal([versions[2], versions[0], versions[1]], arrivals.Select(e => e.Version));
            Assert.Equal([EventKind.EntryApplied, EventKind.EntryRefused, EventKind.EntryRefused], arrivals.Select(e => e.Kind));
            await lab.ConvergedAsync();
        }
    }

    [Fact]
    public async Task A_leader_that_was_killed_comes_back_with_the_settings_that_it_had_and_the_page_knows_what_it_recovered()
    {
        await using var lab = await LabDashboard.StartAsync(2);
        await lab.PatchAsync("{\"writeQuorum\":1,\"seed\":99,\"delivery\":\"once\",\"onShortfall\":\"error\"}");
        await lab.WriteAsync("k1", "\"kept\"");
        await lab.ConvergedAsync();
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await lab.WriteAsync("k1", "1")).Status);
        await lab.PostAsync("/api/cluster/nodes/leader/start");
        var snapshot = await lab.WhenAsync(s => s.Keys.TryGetValue("k1", out var row) && row.Leader.Counter == 1);
        Assert.Equal(new LiveSettings { WriteQuorum = 1, MinDelayMs = 0, MaxDelayMs = 0, ReplicationTimeoutMs = LabDashboard.DeadlineMs, Seed = 99, Delivery = Delivery.Once, OnShortfall = OnShortfall.Error }, snapshot.Settings);
        Assert.Equal("\"kept\"", snapshot.Keys["k1"].LeaderValue);
        Assert.Equal(2 + new LeaderOptions().NumbersSkipped, (long)(await lab.WriteAsync("k1", "2"))["version"]!);
    }

    [Fact]
    public async Task A_reset_empties_every_node_and_the_page()
    {
        var lab = await shared.FreshAsync();
        await lab.BurstAsync(200, 10, 20);
        await lab.ConvergedAsync();
        await lab.WhenAsync(s => s.Quiescent && s.Keys.Count == 20);
        Assert.Equal(HttpStatusCode.NoContent, (await lab.PostAsync("/api/cluster/reset")).Status);
        Assert.Equal(0, (int)(await lab.ConvergedAsync())["keys"]!);
        Assert.Empty(lab.Snapshot.Keys);
        Assert.Empty(lab.Snapshot.Writes);
        Assert.True((int)(await lab.WriteAsync("k", "1"))["version"]! > 200);
    }

    [Fact]
    public async Task The_token_opens_the_nodes_guarded_calls()
    {
        var lab = await shared.FreshAsync();
        var token = await lab.GetAsync("/api/cluster/token");
        Assert.Equal("X-Cluster-Token", (string)token["header"]!);
        var leader = lab.Node("leader").Url;
        Assert.Equal(HttpStatusCode.Unauthorized, (await NodeHttp.GetAsync(leader + "/internal/status")).Status);
        Assert.Equal(HttpStatusCode.OK, (await NodeHttp.GetAsync(leader + "/internal/status", (string)token["token"]!)).Status);
    }
}
