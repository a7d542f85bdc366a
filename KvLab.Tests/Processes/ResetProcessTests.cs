using System.Net;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

[Trait("Category", "Process")]
public sealed class ResetProcessTests
{
    private const string All = "{\"scope\":\"all\"}";

    [Fact]
    public async Task One_reset_brings_everything_to_its_start_values_and_deleting_the_data_only_leaves_it()
    {
        await using var lab = await LabDashboard.StartAsync(3, "--Cluster:WriteQuorum=2", "--Cluster:Seed=7", "--Cluster:HintLimit=77");
        var start = lab.Snapshot.Settings!;
        Assert.Equal((2, 7, 77), (start.WriteQuorum, start.Seed, start.HintLimit));

        // Everything that can be changed is changed.
        await OkAsync(lab.WriteAsync("k", "1"));
        await OkAsync(lab.PostAsync("/api/cluster/followers"));
        await OkAsync(lab.PostAsync("/api/cluster/failover", "{\"to\":\"follower-2\"}"));
        await OkAsync(lab.PatchAsync("{\"writeQuorum\":1,\"quorumCountsLeader\":true,\"maxDelayMs\":3,\"distribution\":\"pareto\",\"seed\":1,\"versioning\":\"naive\",\"delivery\":\"hinted\","
            + "\"hintLimit\":5,\"rejoinSync\":\"none\",\"antiEntropyMs\":0,\"onShortfall\":\"error\",\"replicationTimeoutMs\":800}"));
        await OkAsync(NodeHttp.SendAsync(HttpMethod.Patch, lab.Url + "/api/cluster/failover", "{\"mode\":\"automatic\",\"timeoutMs\":60000}"));
        await OkAsync(lab.DeleteAsync("/api/cluster/followers/follower-3"));
        await OkAsync(lab.PutAsync("/api/cluster/nodes/follower-1/faults", new { slowMs = 20, clockSkewMs = 5000 }));
        await OkAsync(lab.PutAsync("/api/cluster/links/leader", new { mode = "refuse" }));
        await OkAsync(lab.PostAsync("/api/cluster/partition", "{\"followers\":[\"follower-4\"]}"));
        await OkAsync(lab.PostAsync("/api/cluster/nodes/follower-4/kill"));
        var burst = await lab.PostAsync("/api/bursts", "{\"writes\":100000,\"concurrency\":2,\"keys\":5}");
        await lab.WhenAsync(s => s.Kpis.Writes > 5 && s.Leader?.Id == "follower-2" && s.Nodes.Any(n => n.SlowMs > 0));

        // All data goes; nothing else does. (The burst goes on, so there may be new data at once.)
        var former = lab.Snapshot.Settings;
        Assert.Equal(HttpStatusCode.NoContent, (await lab.PostAsync("/api/cluster/reset", "{\"scope\":\"data\"}")).Status);
        Assert.Equal((former, "follower-2", true), (lab.Snapshot.Settings, lab.Snapshot.Leader!.Id, lab.Snapshot.Nodes.Any(n => n.State == NodeState.Stopped)));

        var reset = await lab.PostAsync("/api/cluster/reset", All);
        Assert.True(reset.Status == HttpStatusCode.NoContent, reset.Text);
        var now = await lab.WhenAsync(s => s.Quiescent && s.Keys.IsEmpty && s.Nodes.Length == 4 && s.Nodes.All(n => n.State == NodeState.Running && n.SlowMs == 0));
        Assert.Equal(["leader", "follower-1", "follower-2", "follower-3"], now.Nodes.Select(n => n.Id));
        Assert.Equal(("leader", NodeRoles.Leader), (now.Leader!.Id, now.Nodes[0].Role));
        Assert.Equal(start, now.Settings! with { DelayOrigin = start.DelayOrigin });
        Assert.Empty(now.OtherSide);
        Assert.All(now.Links, l => Assert.True(l.Faults.IsNone, $"{l.Follower}: {l.Faults.Describe()}"));
        Assert.All(now.Nodes, n => Assert.Equal(0, n.ClockSkewMs));
        Assert.Equal((0L, 0L, 0L), (now.Kpis.Writes, now.RolledBackCount, now.Events.Discarded));
        Assert.Empty(now.Figures.Before);
        Assert.Equal("cancelled", (string)(await lab.GetAsync($"/api/bursts/{burst["id"]}"))["state"]!);
        var failover = await lab.GetAsync("/api/cluster/failover");
        Assert.Equal(("manual", 0), ((string)failover["mode"]!, failover["history"]!.AsArray().Count));
        Assert.Null((await lab.GetAsync("/api/cluster"))["lease"]);
        // Followers have a mode of their own.
        foreach (var node in now.Nodes) Assert.Equal("versioned", (string)(await NodeHttp.GetAsync(node.Url + "/config"))["versioning"]!);

        // The lab works, and no version is used twice.
        var write = await lab.WriteAsync("k", "2");
        Assert.Equal(("success", 2), ((string)write["status"]!, (int)write["required"]!));
        Assert.True((long)write["version"]! > 1);
        Assert.Equal(1, (int)(await lab.ConvergedAsync())["keys"]!);
    }

    private static async Task OkAsync(Task<NodeReply> call)
    {
        var answer = await call;
        Assert.True((int)answer.Status is >= 200 and < 300, answer.Text);
    }
}
