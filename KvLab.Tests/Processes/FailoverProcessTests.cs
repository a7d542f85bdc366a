using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using KvLab.Core.Events;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Web.State;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>docs/decisions/0012-failover.md on real processes.</summary>
[Trait("Category", "Process")]
public sealed class FailoverProcessTests
{
    private static void Signal(NodeView node, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{node.ProcessId}"]);
        kill.WaitForExit();
    }

    private static async Task<ConcurrentDictionary<long, (string Key, string Status)>> LoadAsync(LabDashboard lab, int clients, Func<bool> goOn)
    {
        var answers = new ConcurrentDictionary<long, (string, string)>();
        var doubles = new ConcurrentBag<long>();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
        {
            for (var i = 0; goOn(); i++)
            {
                var key = $"k{(client * 7 + i) % 40}";
                var answer = await lab.WriteAsync(key, $"\"{client}-{i}\"");
                if (answer.Status != HttpStatusCode.OK) await Task.Delay(20, TestContext.Current.CancellationToken);
                else if (!answers.TryAdd((long)answer["version"]!, (key, (string)answer["status"]!))) doubles.Add((long)answer["version"]!);
            }
        }));
        Assert.Empty(doubles);
        return answers;
    }

    [Fact]
    public async Task A_leader_that_is_killed_under_load_comes_back_with_everything_acknowledged_and_no_version_is_used_twice()
    {
        await using var lab = await LabDashboard.StartAsync(3, "--Cluster:WriteQuorum=2", "--Cluster:MaxDelayMs=5", LabDashboard.QuickRepair);
        var stop = false;
        var load = LoadAsync(lab, 16, () => !Volatile.Read(ref stop));
        await lab.WhenAsync(s => s.Kpis.Success > 300);
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        var restarted = await lab.PostAsync("/api/cluster/nodes/leader/start");
        Assert.Equal(HttpStatusCode.OK, restarted.Status);
        var before = lab.Snapshot.Kpis.Success;
        await lab.WhenAsync(s => s.Kpis.Success > before + 300);
        Volatile.Write(ref stop, true);
        var answers = await load;

        await lab.ConvergedAsync();
        var held = await RealCluster.DumpAsync(lab.Node("leader").Url);
        foreach (var acknowledged in answers.Where(a => a.Value.Status == "success").GroupBy(a => a.Value.Key))
            Assert.True((long)held[acknowledged.Key]!["version"]! >= acknowledged.Max(a => a.Key), acknowledged.Key);
        Assert.Equal(0, (int)(await lab.GetAsync("/api/durability"))["lost"]!);
    }

    [Fact]
    public async Task A_frozen_leader_that_thaws_after_a_failover_steps_down_and_lists_all_that_only_it_had()
    {
        await using var lab = await LabDashboard.StartAsync(3, "--Cluster:WriteQuorum=2", LabDashboard.QuickRepair);
        await lab.WriteAsync("kept", "1");
        await lab.ConvergedAsync();
        // Taken by the leader and on their way for a minute: nobody else will have them when it freezes.
        await lab.PatchAsync("""{"writeQuorum":0,"minDelayMs":60000,"maxDelayMs":60000}""");
        var alone = new List<EntryVersion>();
        foreach (var key in new[] { "kept", "new", "overwritten" })
        {
            var answer = await lab.WriteAsync(key, "\"alone\"");
            alone.Add(new EntryVersion((long)answer["epoch"]!, (long)answer["version"]!));
        }

        var old = lab.Node("leader");
        Signal(old, "STOP");
        try
        {
            var report = await lab.PostAsync("/api/cluster/failover", """{"to":"follower-2","force":true}""");
            Assert.Equal((HttpStatusCode.OK, "follower-2", 2), (report.Status, (string)report["to"]!, (int)report["epoch"]!));
            await lab.PatchAsync("""{"writeQuorum":2,"minDelayMs":0,"maxDelayMs":0}""");
            Assert.Equal("success", (string)(await lab.WriteAsync("overwritten", "\"by the new leader\""))["status"]!);
        }
        finally
        {
            Signal(old, "CONT");
        }

        await lab.WhenAsync(s => s.RolledBackCount >= 3 && s.Quiescent);
        await lab.ConvergedAsync();
        Assert.Equal(alone.Order(), lab.Snapshot.RolledBack.Select(r => r.Version).Order());
        Assert.Equal(("follower-2", "follower"), (lab.Snapshot.Leader!.Id, lab.Node("leader").Role));
        var now = await RealCluster.DumpAsync(old.Url);
        Assert.Equal((1, "by the new leader"), ((int)now["kept"]!["value"]!, (string)now["overwritten"]!["value"]!));
        Assert.False(now.ContainsKey("new"));
        // No epoch saw writes from two leaders.
        var leaders = lab.Snapshot.Events.NewestFirst().Where(e => e.Kind == EventKind.WriteAccepted).GroupBy(e => e.Epoch, e => e.Node);
        Assert.All(leaders, epoch => Assert.Single(epoch.Distinct()));
    }

    [Fact]
    public async Task When_the_rule_is_automatic_a_silent_leader_is_replaced_by_the_most_advanced_follower()
    {
        await using var lab = await LabDashboard.StartAsync(2, "--Cluster:WriteQuorum=1", LabDashboard.QuickRepair);
        var changed = await NodeClient.SendAsync(HttpMethod.Patch, lab.Url + "/api/cluster/failover", """{"mode":"automatic","timeoutMs":500}""");
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        await lab.WriteAsync("k", "1");
        await lab.ConvergedAsync();
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        var snapshot = await lab.WhenAsync(s => s.Leader is { Id: not "leader" });
        Assert.Equal("success", (string)(await lab.WriteAsync("k", "2"))["status"]!);
        Assert.Equal(2, snapshot.Reign);
        await lab.PostAsync("/api/cluster/nodes/leader/start");
        await lab.ConvergedAsync();
        Assert.Equal("follower", lab.Node("leader").Role);
    }

    [Fact]
    public async Task A_leader_started_forgetful_stores_nothing_and_reports_full_quorums()
    {
        await using var lab = await LabDashboard.StartAsync(2, "--Cluster:WriteQuorum=2", LabDashboard.QuickRepair);
        for (var i = 0; i < 3; i++) await lab.WriteAsync("k", $"{i}");
        await lab.ConvergedAsync();
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        var started = await lab.PostAsync("/api/cluster/nodes/leader/start", """{"recover":false}""");
        Assert.Equal(HttpStatusCode.OK, started.Status);
        var answer = await lab.WriteAsync("k", "\"forgotten\"");
        Assert.Equal(("success", 1, 2), ((string)answer["status"]!, (int)answer["version"]!, (int)answer["acks"]!));
        foreach (var follower in lab.Snapshot.Followers)
            Assert.Equal(2, (int)(await NodeClient.GetAsync(follower.Url + "/read/k"))["value"]!);

        // Impossible otherwise: the same start with its memory asked for.
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        await lab.PostAsync("/api/cluster/nodes/leader/start");
        Assert.Equal("success", (string)(await lab.WriteAsync("k", "\"remembered\""))["status"]!);
        await lab.ConvergedAsync();
    }

    [Fact]
    public async Task Bad_failovers_are_refused_in_words_and_change_nothing()
    {
        await using var lab = await LabDashboard.StartAsync(2, "--Cluster:WriteQuorum=1");
        Assert.Equal(HttpStatusCode.NotFound, (await lab.PostAsync("/api/cluster/failover", """{"to":"nobody"}""")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await lab.PostAsync("/api/cluster/failover", """{"to":"leader"}""")).Status);
        await lab.PostAsync("/api/cluster/nodes/follower-1/kill");
        Assert.Equal(HttpStatusCode.Conflict, (await lab.PostAsync("/api/cluster/failover", """{"to":"follower-1"}""")).Status);
        var refused = await NodeClient.SendAsync(HttpMethod.Patch, lab.Url + "/api/cluster/failover", """{"timeoutMs":10,"mode":"soon"}""");
        Assert.Equal(["mode", "timeoutMs"], refused.Fields.Order());
        Assert.Equal("leader", lab.Snapshot.Leader!.Id);
        Assert.Equal("manual", (string)(await lab.GetAsync("/api/cluster/failover"))["mode"]!);
    }
}
