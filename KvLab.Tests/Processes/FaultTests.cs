using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>Faults over the dashboard's REST API on real node processes, and what is left of them when they are healed.</summary>
[Trait("Category", "Process")]
public sealed class FaultTests(LabOfThree shared) : IClassFixture<LabOfThree>
{
    private static Task<NodeReply> PutAsync(LabDashboard lab, string path, string json) => NodeHttp.SendAsync(HttpMethod.Put, lab.Url + path, json);

    private static JsonNode Link(NodeReply links, string follower) => links["links"]!.AsArray().Single(l => (string)l!["follower"]! == follower)!;

    private static async Task<(string Status, int Acks, long Version)> WriteAsync(LabDashboard lab, string key)
    {
        var answer = await lab.WriteAsync(key, "1");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return ((string)answer["status"]!, (int)answer["acks"]!, (long)answer["version"]!);
    }

    private static async Task<bool> HoldsAsync(LabDashboard lab, string node, string key) =>
        (await NodeHttp.GetAsync($"{lab.Node(node).Url}/read/{key}")).Status == HttpStatusCode.OK;

    private const int ShortMs = 400;

    // What is sent into a cut link waits so long for its answer, also while the test wants to see the link healed.
    private const int PatientMs = 4000;

    /// <summary>
    /// A write that ends at its deadline because one follower cannot hear of it; all others get it, sooner or later. The deadline is short
    /// for this write only: every other has all the time that a busy machine may take.
    /// </summary>
    private static async Task MissedByAsync(LabDashboard lab, string follower, string key)
    {
        await lab.DeadlineAsync(ShortMs);
        var write = await WriteAsync(lab, key);
        await lab.DeadlineAsync(PatientMs);
        Assert.Equal("partial_success", write.Status);
        var others = lab.Snapshot.Followers.Select(f => f.Id).Where(id => id != follower).ToList();
        Assert.InRange(write.Acks, 0, others.Count);
        await Patience.UntilAsync(async () => (await Task.WhenAll(others.Select(o => HoldsAsync(lab, o, key)))).All(holds => holds), $"all but {follower} hold {key}");
    }

    [Fact]
    public async Task A_frozen_follower_confirms_nothing_and_takes_everything_once_it_is_thawed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Looks for a stopped process.");
        await using var lab = await LabDashboard.StartAsync(2, "--Cluster:WriteQuorum=2", LabDashboard.QuickRepair);
        await WriteAsync(lab, "before");
        var frozen = await lab.PostAsync("/api/cluster/nodes/follower-1/freeze");
        Assert.Equal((HttpStatusCode.OK, "frozen"), (frozen.Status, (string)frozen["state"]!));
        Assert.Equal(HttpStatusCode.Conflict, (await lab.PostAsync("/api/cluster/nodes/follower-1/freeze")).Status);
        var stat = $"/proc/{lab.Node("follower-1").ProcessId}/stat";
        // The kernel stops a process's threads one after another, on a busy machine a little after the signal.
        if (OperatingSystem.IsLinux()) await Patience.UntilAsync(() => File.ReadAllText(stat).Contains(") T", StringComparison.Ordinal), "the process is stopped");

        await MissedByAsync(lab, "follower-1", "during");
        var thawed = await lab.PostAsync("/api/cluster/nodes/follower-1/thaw");
        Assert.Equal((HttpStatusCode.OK, "running"), (thawed.Status, (string)thawed["state"]!));
        await lab.ConvergedAsync();
        Assert.True(await HoldsAsync(lab, "follower-1", "during"));
        Assert.Equal(HttpStatusCode.Conflict, (await lab.PostAsync("/api/cluster/nodes/follower-1/thaw")).Status);
        var kinds = lab.Snapshot.Events.NewestFirst().Select(e => e.Kind).ToHashSet();
        Assert.Contains(EventKind.ProcessFrozen, kinds);
        Assert.Contains(EventKind.ProcessThawed, kinds);
    }

    [Fact]
    public async Task A_frozen_node_can_be_killed_stopped_and_started_again()
    {
        await using var lab = await LabDashboard.StartAsync(2, LabDashboard.QuickRepair);
        await WriteAsync(lab, "k");
        await lab.PostAsync("/api/cluster/nodes/follower-1/freeze");
        Assert.Equal("stopped", (string)(await lab.PostAsync("/api/cluster/nodes/follower-1/kill"))["state"]!);
        Assert.Equal("running", (string)(await lab.PostAsync("/api/cluster/nodes/follower-1/start"))["state"]!);
        await lab.PostAsync("/api/cluster/nodes/follower-2/freeze");
        Assert.Equal("stopped", (string)(await lab.PostAsync("/api/cluster/nodes/follower-2/stop"))["state"]!);
        await lab.WhenAsync(s => s.Events.NewestFirst().Any(e => e.Kind == EventKind.ProcessStopped && e.Peer == "follower-2" && e.Detail!.Contains("exit code 0", StringComparison.Ordinal)));
        Assert.Equal("running", (string)(await lab.PostAsync("/api/cluster/nodes/follower-2/start"))["state"]!);
        await Patience.UntilAsync(async () => await HoldsAsync(lab, "follower-1", "k") && await HoldsAsync(lab, "follower-2", "k"), "both caught up");
        await lab.ConvergedAsync();
    }

    [Fact]
    public async Task Partition_and_heal_converges_and_a_leader_that_starts_again_finds_the_partition()
    {
        await using var lab = await LabDashboard.StartAsync(3, "--Cluster:WriteQuorum=3", LabDashboard.QuickRepair);
        await WriteAsync(lab, "before");
        var split = await lab.PostAsync("/api/cluster/partition", """{"followers":["follower-2"]}""");
        Assert.Equal(("swallow", "open"), ((string)Link(split, "follower-2")["faults"]!["mode"]!, (string)Link(split, "follower-1")["faults"]!["mode"]!));
        Assert.Equal(["follower-2"], lab.Snapshot.OtherSide);
        await MissedByAsync(lab, "follower-2", "during");
        Assert.False(await HoldsAsync(lab, "follower-2", "during"));
        await lab.WhenAsync(s => s.Links.Single(l => l.Follower == "follower-2").RequestsLost > 0);

        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        await lab.PostAsync("/api/cluster/nodes/leader/start");
        await Patience.UntilAsync(() => NodeHttp.IsReadyAsync(lab.Node("leader").Url), "the leader is ready again");
        await lab.WhenAsync(s => s.Links.Single(l => l.Follower == "follower-2").Faults.Mode == Core.Network.LinkMode.Swallow);
        await MissedByAsync(lab, "follower-2", "after");
        Assert.False(await HoldsAsync(lab, "follower-2", "after"));

        Assert.Equal(HttpStatusCode.OK, (await lab.DeleteAsync("/api/cluster/links")).Status);
        Assert.Empty(lab.Snapshot.OtherSide);
        await Patience.UntilAsync(async () => await HoldsAsync(lab, "follower-2", "during") && await HoldsAsync(lab, "follower-2", "after"), "the healed follower has what it missed");
        await lab.ConvergedAsync();
        Assert.Equal(3, (await WriteAsync(lab, "healed")).Acks);
    }

    [Fact]
    public async Task A_partition_stays_when_another_one_leads_and_an_old_leader_that_thaws_finds_itself_cut_off()
    {
        await using var lab = await LabDashboard.StartAsync(3, "--Cluster:WriteQuorum=1", LabDashboard.QuickRepair);
        await lab.DeadlineAsync(PatientMs);
        await WriteAsync(lab, "before");
        await lab.ConvergedAsync();
        var old = lab.Node("leader").Url;
        // Cut off before it freezes: what reached its sockets while it stood still, it would read when it thaws.
        Assert.Equal(HttpStatusCode.OK, (await lab.PostAsync("/api/cluster/partition", """{"followers":["follower-1","follower-2"]}""")).Status);
        await lab.PostAsync("/api/cluster/nodes/leader/freeze");
        Assert.Equal(HttpStatusCode.OK, (await lab.PostAsync("/api/cluster/failover", """{"to":"follower-1","force":true}""")).Status);
        await lab.PostAsync("/api/cluster/nodes/leader/thaw");

        // follower-1 leads one side, and the old leader still believes that it leads the other.
        Assert.Equal(1, (await WriteAsync(lab, "here")).Acks);
        Assert.True(await HoldsAsync(lab, "follower-2", "here"));
        var there = await NodeHttp.PostAsync(old + "/write", """{"key":"there","value":1}""");
        Assert.Equal(HttpStatusCode.OK, there.Status);
        foreach (var (node, key) in new[] { ("leader", "here"), ("follower-3", "here"), ("follower-1", "there"), ("follower-2", "there") })
            Assert.False(await HoldsAsync(lab, node, key), $"{node} holds {key}");

        await lab.DeleteAsync("/api/cluster/links");
        await Patience.UntilAsync(async () => await HoldsAsync(lab, "leader", "here") && await HoldsAsync(lab, "follower-3", "here"), "the other side has what it missed");
        await Patience.UntilAsync(async () => (string)(await NodeHttp.GetAsync(old + "/health"))["role"]! == "follower", "the old leader follows");
        await lab.UntilConvergedAsync();
    }

    [Fact]
    public async Task Answer_lost_is_applied_but_not_acked_until_the_retry_finds_a_duplicate()
    {
        await using var lab = await LabDashboard.StartAsync(2, "--Cluster:WriteQuorum=2");
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(lab, "/api/cluster/links/follower-2", """{"answer":{"dropNext":1}}""")).Status);
        await lab.DeadlineAsync(ShortMs);
        // The answer that gets lost is waited for as long as the deadline; only then comes the retry.
        Assert.Equal("partial_success", (await WriteAsync(lab, "k")).Status);
        await Patience.UntilAsync(() => HoldsAsync(lab, "follower-2", "k"), "the follower has it");
        var lost = await lab.WhenAsync(s => s.Events.NewestFirst().Any(e => e.Kind == EventKind.MessageLost));
        Assert.Equal((DeliveryOutcome.Applied, "dropped"), lost.Events.NewestFirst().Where(e => e.Kind == EventKind.MessageLost).Select(e => (e.Outcome!.Value, e.Reason!)).Single());
        await lab.WhenAsync(s => s.Writes[0].Deliveries.Single(d => d.Follower == "follower-2").Outcome == DeliveryOutcome.Duplicate);
        await lab.ConvergedAsync();
    }

    [Fact]
    public async Task A_wrong_clock_shows_in_the_times_of_events_and_leaves_versions_alone()
    {
        var lab = await shared.FreshAsync();
        var first = await WriteAsync(lab, "k");
        var changed = await PutAsync(lab, "/api/cluster/nodes/leader/faults", """{"clockSkewMs":-3600000}""");
        Assert.Equal(-3600000, (long)changed["clockSkewMs"]!);
        var second = await WriteAsync(lab, "k");
        Assert.Equal(first.Version + 1, second.Version);
        var snapshot = await lab.WhenAsync(s => s.Writes.Length == 2 && s.Writes.All(w => w.Status is not null));
        Assert.InRange((snapshot.Writes[1].At - snapshot.Writes[0].At).TotalMinutes, 50, 60);
        await lab.ConvergedAsync();
        Assert.Equal(0, (long)(await PutAsync(lab, "/api/cluster/nodes/leader/faults", """{"clockSkewMs":0}"""))["clockSkewMs"]!);
    }

    [Fact]
    public async Task A_slow_node_takes_its_time_and_is_still_right()
    {
        var lab = await shared.FreshAsync();
        await WriteAsync(lab, "k");
        Assert.Equal(250, (double)(await PutAsync(lab, "/api/cluster/nodes/follower-1/faults", """{"slowMs":250}"""))["slowMs"]!);
        var start = Stopwatch.GetTimestamp();
        Assert.True(await HoldsAsync(lab, "follower-1", "k"));
        Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds >= 250);
        Assert.Equal(NodeState.Running, lab.Node("follower-1").State);
        Assert.Equal(250, lab.Node("follower-1").SlowMs);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_with_words()
    {
        var lab = await shared.FreshAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await lab.PostAsync("/api/cluster/nodes/nobody/freeze")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PutAsync(lab, "/api/cluster/links/nobody", "{}")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await PutAsync(lab, "/api/cluster/links/leader", "{}")).Status);
        var leader = await lab.PostAsync("/api/cluster/partition", """{"followers":["leader"]}""");
        Assert.Equal(HttpStatusCode.BadRequest, leader.Status);
        Assert.Contains("other side", leader.Detail, StringComparison.Ordinal);
        Assert.All(lab.Snapshot.Links, l => Assert.True(l.Faults.IsNone));
    }
}
