using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>An experiment on real nodes that somebody disturbs from outside the dashboard, and one that is taken over.</summary>
[Trait("Category", "Process")]
public sealed class ExclusiveLeaseProcessTests
{
    private const string Plan = """{"name":"held","writes":150,"keys":3,"concurrency":1,"minDelayMs":15,"maxDelayMs":25,"quorums":[1],"calibrate":false,"settleMs":0,"warmUpWrites":0}""";

    [Fact]
    public async Task Others_are_locked_out_changes_from_outside_are_named_and_a_take_over_puts_the_settings_back()
    {
        await using var lab = await LabDashboard.StartAsync(3);
        var before = (int)(await lab.GetAsync("/api/cluster"))["settings"]!["writeQuorum"]!;
        var token = await lab.GetAsync("/api/cluster/token");

        // A burst that runs would be in the figures: it is named, and no run begins.
        var burst = (string)(await lab.PostAsync("/api/bursts", """{"writes":1000000,"concurrency":1,"keys":1}"""))["id"]!;
        foreach (var (path, body) in new[] { ("/api/experiments", Plan), ("/api/scenarios", """{"name":"freeze"}"""), ("/api/chaos", "{}"), ("/api/drills/durability", """{"writeQuorum":1}""") })
        {
            var refused = await lab.PostAsync(path, body);
            Assert.True(refused.Status == HttpStatusCode.Conflict && refused.Text.Contains($"Burst {burst} is running", StringComparison.Ordinal), $"{path}: {refused.Text}");
        }
        await lab.PostAsync($"/api/bursts/{burst}/cancel");
        await Patience.UntilAsync(async () => (string)(await lab.GetAsync($"/api/bursts/{burst}"))["state"]! == "cancelled", "the burst is cancelled");

        var id = await MeasuringAsync(lab);

        // Who has it, and that nobody else gets it.
        Assert.Equal($"Experiment {id}", (string)(await lab.GetAsync("/api/cluster"))["lease"]!["holder"]!);
        foreach (var refused in new[]
        {
            await lab.PatchAsync("""{"writeQuorum":3}"""), await lab.PostAsync("/api/cluster/nodes/follower-1/kill"), await lab.WriteAsync("k", "1"),
            await lab.PostAsync("/api/cluster/reset"), await lab.PostAsync("/api/cluster/failover"), await lab.PostAsync("/api/bursts", """{"writes":1,"concurrency":1,"keys":1}"""),
            await lab.PutAsync("/api/cluster/storage", new { storage = "memory" }), await lab.PostAsync("/api/drills/durability", """{"writeQuorum":1}"""),
            await lab.PostAsync("/api/scenarios", """{"name":"freeze"}"""), await lab.PostAsync("/api/cluster/followers"),
        })
        {
            Assert.True(refused.Status == HttpStatusCode.Conflict, refused.Text);
            Assert.Contains(id, refused.Text, StringComparison.Ordinal);
        }

        // Past the dashboard: a direct call, a signal, a kill.
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add((string)token["header"]!, (string)token["token"]!);
        (await http.PatchAsJsonAsync($"{lab.Node("leader").Url}/config", new { writeQuorum = 2 }, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        (await http.PostAsJsonAsync($"{lab.Node("follower-3").Url}/replicate", new { key = "by hand", value = 1, version = 999_999 }, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await SignalAsync("STOP", lab.Node("follower-2").ProcessId!.Value);
        await Task.Delay(700, TestContext.Current.CancellationToken);
        await SignalAsync("CONT", lab.Node("follower-2").ProcessId!.Value);

        NodeReply? run = null;
        await Patience.UntilAsync(async () => (string)(run = await lab.GetAsync($"/api/experiments/{id}"))["state"]! is not ("running" or "paused"), "the run ends");
        Assert.Equal("disturbed", (string)run!["state"]!);
        var told = run["points"]![0]!["disturbances"]!.ToJsonString();
        Assert.Contains("writeQuorum from 1 to 2", told, StringComparison.Ordinal);
        Assert.Contains("follower-2 was stopped by a signal", told, StringComparison.Ordinal);
        Assert.Contains("An entry that no leader of this lab sent was stored on follower-3 (by hand, v999999).", told, StringComparison.Ordinal);
        Assert.Null((await lab.GetAsync("/api/cluster"))["lease"]);

        // A deliberate take over, after a kill.
        id = await MeasuringAsync(lab);
        await SignalAsync("KILL", lab.Node("follower-3").ProcessId!.Value);
        await lab.WhenAsync(s => s.Nodes.Any(n => n is { Id: "follower-3", State: KvLab.Core.Observation.Snapshots.NodeState.Crashed }));
        Assert.Equal(HttpStatusCode.OK, (await lab.PostAsync("/api/cluster/take-over")).Status);
        run = await lab.GetAsync($"/api/experiments/{id}");
        Assert.Equal("cancelled", (string)run["state"]!);
        Assert.Contains("The process of follower-3 ended", run["disturbances"]!.ToJsonString(), StringComparison.Ordinal);
        var after = await lab.GetAsync("/api/cluster");
        Assert.Null(after["lease"]);
        Assert.Equal(before, (int)(await lab.PatchAsync("{\"seed\":7}"))["writeQuorum"]!);
    }

    /// <returns>The id of an experiment whose point is being measured.</returns>
    private static async Task<string> MeasuringAsync(LabDashboard lab)
    {
        var started = await lab.PostAsync("/api/experiments", Plan);
        Assert.True(started.Status == HttpStatusCode.Accepted, started.Text);
        var id = (string)started["id"]!;
        await Patience.UntilAsync(
            async () => ((string)(await lab.GetAsync($"/api/experiments/{id}"))["progress"]!["doing"]!).Contains("writing", StringComparison.Ordinal), "the point is being measured");
        return id;
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
