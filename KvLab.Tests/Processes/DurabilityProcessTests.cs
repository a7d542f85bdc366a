using System.Net;
using System.Text.Json.Nodes;
using KvLab.Core.Durability;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>docs/decisions/0013-durability-ledger.md on real processes.</summary>
[Trait("Category", "Process")]
public sealed class DurabilityProcessTests
{
    [Fact]
    public async Task The_drill_breaks_every_promise_with_W_1_and_none_with_W_N_and_leaves_a_whole_cluster()
    {
        await using var lab = await LabDashboard.StartAsync(3, "--Cluster:WriteQuorum=2");
        var one = await lab.PostAsync("/api/drills/durability", "{\"writeQuorum\":1}");
        Assert.Equal((HttpStatusCode.OK, 3), (one.Status, (int)one["lost"]!));
        Assert.Equal(["leader", "follower-1"], one["killed"]!.AsArray().Select(n => (string)n!));
        Assert.All(one["writes"]!.AsArray(), w =>
        {
            Assert.StartsWith("W = 1: the only follower that had acknowledged was follower-1; ", (string)w!["why"]!, StringComparison.Ordinal);
            Assert.EndsWith(", and no other node held it.", (string)w["why"]!, StringComparison.Ordinal);
        });
        Assert.All(lab.Snapshot.Nodes, n => Assert.Equal(NodeState.Running, n.State));
        Assert.Equal(2, lab.Snapshot.Settings!.WriteQuorum);
        await lab.WhenAsync(s => s.Quiescent);

        var all = await lab.PostAsync("/api/drills/durability", "{\"writeQuorum\":3}");
        Assert.Equal((HttpStatusCode.OK, 0), (all.Status, (int)all["lost"]!));
        Assert.NotEqual((string)one["killed"]![0]!, (string)all["killed"]![0]!);

        var ledger = await lab.GetAsync("/api/durability");
        Assert.Equal((6, 3), ((int)ledger["acknowledged"]!, (int)ledger["lost"]!));
        var lost = ledger["lostWrites"]![0]!;
        var row = await lab.GetAsync($"/api/durability/{lost["epoch"]}/{lost["version"]}");
        Assert.Equal((string)lost["why"]!, (string)row["why"]!);
        Assert.Equal(2, JsonNode.Parse((await lab.GetAsync("/api/drills/durability")).Text)!.AsArray().Count);
    }

    [Fact]
    public async Task A_drill_needs_a_whole_cluster_and_a_quorum_that_there_is()
    {
        await using var lab = await LabDashboard.StartAsync(2);
        var wrong = await lab.PostAsync("/api/drills/durability", "{\"writeQuorum\":3}");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.Contains("writeQuorum", wrong.Fields);
        await lab.PostAsync("/api/cluster/nodes/follower-2/freeze");
        var refused = await lab.PostAsync("/api/drills/durability", "{\"writeQuorum\":1}");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("these are not: follower-2", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forgetful_leader_reports_a_full_quorum_and_the_ledger_knows_that_only_it_holds_the_write()
    {
        await using var lab = await LabDashboard.StartAsync(2);
        for (var i = 0; i < 5; i++) await lab.WriteAsync("k1", $"{i}");
        await lab.WhenAsync(s => s.Quiescent && s.Durability.Counts.Acknowledged == 5);
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        Assert.Equal(HttpStatusCode.OK, (await lab.PostAsync("/api/cluster/nodes/leader/start", "{\"recover\":false}")).Status);
        var answer = await lab.WriteAsync("k1", "\"lost to all\"");
        Assert.Equal(("success", 2), ((string)answer["status"]!, (int)answer["acks"]!));
        // The client may be told before the leader's own report of what it holds has come.
        var settled = await lab.WhenAsync(s => s.Durability.Counts.Acknowledged == 6 && s.Durability.Latest[0].HeldNow.Length > 0);
        Assert.Equal((DurabilityState.AtRisk, "leader"), (settled.Durability.Latest[0].State, Assert.Single(settled.Durability.Latest[0].HeldNow)));
    }

    [Fact]
    public async Task A_burst_goes_on_with_the_new_leader_and_the_gap_is_seen()
    {
        await using var lab = await LabDashboard.StartAsync(3, "--Cluster:WriteQuorum=1", "--Cluster:MaxDelayMs=5");
        var burst = await lab.PostAsync("/api/bursts", "{\"writes\":100000,\"concurrency\":4,\"keys\":10}");
        await lab.WhenAsync(s => s.Availability.Points.Sum(p => p.Success) > 100);
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        await lab.WhenAsync(s => s.Availability.Points.Sum(p => p.Unreachable) > 0);
        await lab.PostAsync("/api/cluster/failover");
        var before = lab.Snapshot.Availability.Points.Sum(p => p.Success);
        var after = await lab.WhenAsync(s => s.Availability.Points.Sum(p => p.Success) > before + 100);
        await lab.PostAsync($"/api/bursts/{burst["id"]}/cancel");
        Assert.Equal(["leader killed", $"{after.Leader!.Id} leads"], after.Availability.Marks.Select(m => m.Label));
    }

    [Fact]
    public async Task What_clients_were_told_follows_the_rule_while_nodes_are_frozen_and_killed()
    {
        await using var lab = await LabDashboard.StartAsync(3, "--Cluster:WriteQuorum=2");
        await lab.WriteAsync("k1", "1");
        await lab.PostAsync("/api/cluster/nodes/follower-1/freeze");
        await lab.WriteAsync("k1", "2");
        Assert.Equal("success", (string)(await lab.GetAsync("/api/availability"))["verdict"]!);
        await lab.PostAsync("/api/cluster/nodes/follower-2/kill");
        // Two of three cannot acknowledge: whatever the deadline, this one meets it.
        await lab.DeadlineAsync(300);
        Assert.Equal("partial_success", (string)(await lab.WriteAsync("k1", "3"))["status"]!);
        Assert.Equal("partial", (string)(await lab.GetAsync("/api/availability"))["verdict"]!);
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await lab.WriteAsync("k1", "4")).Status);

        var points = (await lab.WhenAsync(s => s.Availability.Points.Sum(p => p.Unreachable) == 1 && s.Availability.Points.Sum(p => p.Partial) == 1)).Availability;
        Assert.Equal(2, points.Points.Sum(p => p.Success));
        Assert.Equal(["follower-1 frozen", "follower-2 killed", "leader killed"], points.Marks.Select(m => m.Label));
        var availability = await lab.GetAsync("/api/availability");
        Assert.Equal("unreachable", (string)availability["verdict"]!);
    }
}
