using System.Net;
using KvLab.Core.Events;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>docs/decisions/0007-leader-restart.md on real processes.</summary>
[Trait("Category", "Process")]
public sealed class SilentStartProcessTests
{
    private const string AllFollowers = "{\"followers\":[\"follower-1\",\"follower-2\",\"follower-3\"]}";

    [Fact]
    public async Task A_leader_that_starts_cut_off_from_all_followers_waits_says_so_and_forgets_nothing_when_they_are_back()
    {
        await using var lab = await LabDashboard.StartAsync(3, "--Cluster:WriteQuorum=2", "--Cluster:MaxDelayMs=5");
        var last = 0L;
        for (var i = 1; i <= 5; i++) last = (long)(await lab.WriteAsync("k", $"{i}"))["version"]!;
        await lab.ConvergedAsync();
        await lab.PostAsync("/api/cluster/partition", AllFollowers);
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        await lab.PostAsync("/api/cluster/nodes/leader/start");
        await lab.WhenAsync(s => s.Waiting is not null);

        var promotion = await lab.PostAsync("/api/cluster/failover", "{\"to\":\"leader\"}");
        Assert.Equal(HttpStatusCode.Conflict, promotion.Status);
        Assert.Contains("leader is already taking over, and accepts no writes yet. Waiting for follower-1, follower-2 and follower-3", promotion.Detail, StringComparison.Ordinal);

        // On the node, by REST, and to a client: whom it waits for.
        var health = await NodeHttp.GetAsync(lab.Node("leader").Url + "/health");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "waiting"), (health.Status, (string)health["status"]!));
        Assert.Equal(["follower-1", "follower-2", "follower-3"], health["waiting"]!["for"]!.AsArray().Select(n => (string)n!));
        Assert.Equal(2, (int)health["waiting"]!["needed"]!);
        var cluster = await lab.GetAsync("/api/cluster");
        Assert.Equal("leader", (string)cluster["waiting"]!["node"]!);
        Assert.Equal((null, false), ((string?)cluster["leader"], (bool)cluster["quiescent"]!));
        Assert.StartsWith("Waiting for follower-1", (string)cluster["problem"]!, StringComparison.Ordinal);
        var refused = await lab.WriteAsync("k", "\"nobody's\"");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Contains("Waiting for follower-1, follower-2 and follower-3", refused.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await lab.PostAsync("/api/cluster/nodes/follower-1/proceed")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await lab.PostAsync("/api/cluster/nodes/nobody/proceed")).Status);

        await lab.PostAsync("/api/cluster/partition", "{\"followers\":[]}");
        await lab.WhenAsync(s => s.Waiting is null && s.Reign == 2);
        await ReadyAsync(lab);
        var answers = new[] { await lab.WriteAsync("k", "6"), await lab.WriteAsync("k", "7") };
        Assert.All(answers, a => Assert.Equal("success", (string)a["status"]!));
        Assert.All(answers, a => Assert.True((long)a["version"]! > last));
        await lab.ConvergedAsync();
        Assert.All(await Task.WhenAll(lab.Snapshot.Nodes.Select(n => RealCluster.DumpAsync(n.Url))), dump => Assert.Equal(7, (int)dump["k"]!["value"]!));
        Assert.Equal(0, (int)(await lab.GetAsync("/api/durability"))["lost"]!);
    }

    [Fact]
    public async Task Told_not_to_wait_it_begins_and_a_promotion_that_may_lose_promises_needs_force()
    {
        await using var lab = await LabDashboard.StartAsync(3, "--Cluster:WriteQuorum=1", "--Cluster:MaxDelayMs=5");
        await lab.WriteAsync("k", "0");
        await lab.ConvergedAsync();
        await lab.PostAsync("/api/cluster/partition", "{\"followers\":[\"follower-1\",\"follower-2\"]}");
        Assert.Equal("success", (string)(await lab.WriteAsync("k", "1"))["status"]!);
        await lab.WhenAsync(s => s.Durability.Counts.Acknowledged == 2);
        await lab.PostAsync("/api/cluster/nodes/follower-3/freeze");
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        await lab.PostAsync("/api/cluster/partition", "{\"followers\":[]}");

        // With W = 1 follower-3 alone has kept a promise.
        var promotion = await lab.PostAsync("/api/cluster/failover");
        Assert.Equal(HttpStatusCode.Conflict, promotion.Status);
        Assert.Contains("follower-3", promotion.Text, StringComparison.Ordinal);
        Assert.Equal(1, lab.Snapshot.Reign);

        await lab.PostAsync("/api/cluster/nodes/leader/start");
        await lab.WhenAsync(s => s.Waiting is { For: ["follower-3"] });
        Assert.Equal(HttpStatusCode.OK, (await lab.PostAsync("/api/cluster/nodes/leader/proceed")).Status);
        await lab.WhenAsync(s => s.Waiting is null && s.Reign == 2);
        await ReadyAsync(lab);
        Assert.Contains(lab.Snapshot.Events.NewestFirst(), e => e.Kind == EventKind.LeaderRecovered && e.Detail!.Contains("may be lost", StringComparison.Ordinal));
        Assert.Equal("success", (string)(await lab.WriteAsync("k", "2"))["status"]!);

        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        Assert.Equal(HttpStatusCode.OK, (await lab.PostAsync("/api/cluster/failover", "{\"to\":\"follower-1\",\"force\":true}")).Status);
        await lab.WhenAsync(s => s.Reign == 3 && s.Leader?.Id == "follower-1");
        await lab.PostAsync("/api/cluster/nodes/follower-3/thaw");
        await lab.PostAsync("/api/cluster/nodes/leader/start");
        await lab.WhenAsync(s => s.Syncs.Any(sync => sync.Follower == "leader" && sync.Rejoined));
        await lab.ConvergedAsync();
    }

    /// <summary>A reign has begun a moment before the first write is taken.</summary>
    private static Task ReadyAsync(LabDashboard lab) =>
        Patience.UntilAsync(async () => (await NodeHttp.GetAsync(lab.Node("leader").Url + "/health")).Status == HttpStatusCode.OK, "the leader is ready");
}
