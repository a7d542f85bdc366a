using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure.NodeProcess;
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
            // Asked twice at once, it is one failover.
            var reports = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => lab.PostAsync("/api/cluster/failover", """{"to":"follower-2","force":true}""")));
            Assert.All(reports, report => Assert.Equal((HttpStatusCode.OK, "follower-2", 2), (report.Status, (string)report["to"]!, (int)report["epoch"]!)));
            Assert.Single((JsonArray)(await lab.GetAsync("/api/cluster/failover"))["history"]!);
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
        var changed = await NodeHttp.SendAsync(HttpMethod.Patch, lab.Url + "/api/cluster/failover", """{"mode":"automatic","timeoutMs":500}""");
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
            Assert.Equal(2, (int)(await NodeHttp.GetAsync(follower.Url + "/read/k"))["value"]!);

        // Impossible otherwise: the same start with its memory asked for.
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        await lab.PostAsync("/api/cluster/nodes/leader/start");
        Assert.Equal("success", (string)(await lab.WriteAsync("k", "\"remembered\""))["status"]!);
        await lab.ConvergedAsync();
    }

    [Fact]
    public async Task A_cluster_whose_leader_stepped_down_says_that_nobody_leads_and_is_healed_by_hand_and_by_the_automatic_rule()
    {
        await using var lab = await LabDashboard.StartAsync(2, "--Cluster:WriteQuorum=1");
        await lab.WriteAsync("k", "1");
        await lab.ConvergedAsync();
        await StepDownAsync(lab, 2);

        await lab.WhenAsync(s => s.NobodyLeads);
        var cluster = await lab.GetAsync("/api/cluster");
        Assert.Null(cluster["leader"]);
        Assert.StartsWith("There is no leader", (string)cluster["problem"]!, StringComparison.Ordinal);
        Assert.False((bool)cluster["quiescent"]!);
        Assert.StartsWith("There is no leader", (await lab.WriteAsync("k", "2")).Detail, StringComparison.Ordinal);
        var convergence = await lab.GetAsync("/api/convergence");
        Assert.False((bool)convergence["converged"]!);
        Assert.Contains("it is unknown whether the replicas agree", (string)convergence["note"]!, StringComparison.Ordinal);
        // Its clients are sent nowhere by the old leader at once, and by the others when they have not heard from it for a while.
        var refused = await NodeHttp.PostAsync(lab.Node("leader").Url + "/write", """{"key":"k","value":1}""");
        Assert.Equal((HttpStatusCode.Forbidden, false), (refused.Status, ((JsonObject)refused.Body!).ContainsKey("leader")));
        await Patience.UntilAsync(async () => !((JsonObject)(await NodeHttp.PostAsync(lab.Node("follower-1").Url + "/write", """{"key":"k","value":1}""")).Body!).ContainsKey("leader"),
            "a follower forgets a leader that is silent");

        // The old leader is no leader because of its name.
        var healed = await lab.PostAsync("/api/cluster/failover", """{"to":"leader"}""");
        Assert.Equal((HttpStatusCode.OK, "leader"), (healed.Status, (string)healed["to"]!));
        Assert.Equal("success", (string)(await lab.WriteAsync("k", "3"))["status"]!);

        await NodeHttp.SendAsync(HttpMethod.Patch, lab.Url + "/api/cluster/failover", """{"mode":"automatic","timeoutMs":500}""");
        var reign = lab.Snapshot.Reign;
        await StepDownAsync(lab, reign + 1);
        await lab.WhenAsync(s => s.Reign > reign && s.Leader is not null);
        Assert.Contains("had been no leader for", (string)(await lab.GetAsync("/api/cluster/failover"))["history"]![0]!["reason"]!, StringComparison.Ordinal);
        await lab.ConvergedAsync();
    }

    /// <summary>What a newer epoch does that the leader meets.</summary>
    private static async Task StepDownAsync(LabDashboard lab, long epoch)
    {
        var token = (string)(await lab.GetAsync("/api/cluster/token"))["token"]!;
        var answer = await NodeHttp.PostAsync(lab.Snapshot.Leader!.Url + "/internal/step-down", $$"""{"epoch":{{epoch}}}""", token);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task Bad_failovers_are_refused_in_words_and_change_nothing()
    {
        await using var lab = await LabDashboard.StartAsync(2, "--Cluster:WriteQuorum=1");
        Assert.Equal(HttpStatusCode.NotFound, (await lab.PostAsync("/api/cluster/failover", """{"to":"nobody"}""")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await lab.PostAsync("/api/cluster/failover", """{"to":"leader"}""")).Status);
        await lab.PostAsync("/api/cluster/nodes/follower-1/kill");
        Assert.Equal(HttpStatusCode.Conflict, (await lab.PostAsync("/api/cluster/failover", """{"to":"follower-1"}""")).Status);
        var refused = await NodeHttp.SendAsync(HttpMethod.Patch, lab.Url + "/api/cluster/failover", """{"timeoutMs":10,"mode":"soon"}""");
        Assert.Equal(["mode", "timeoutMs"], refused.Fields.Order());
        Assert.Equal("leader", lab.Snapshot.Leader!.Id);
        Assert.Equal("manual", (string)(await lab.GetAsync("/api/cluster/failover"))["mode"]!);
    }
}
