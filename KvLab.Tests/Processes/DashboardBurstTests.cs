using System.Net;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

[Trait("Category", "Process")]
public sealed class DashboardBurstTests
{
    private const int Writes = 10_000;

    [Fact]
    public async Task Ten_thousand_writes_without_delay_lose_no_event_and_converge()
    {
        await using var lab = await LabDashboard.StartAsync(5);
        var burst = await lab.BurstAsync(Writes, 50, 100);
        Assert.True((string?)burst["lastError"] is null, burst.Text);
        Assert.Equal(("done", Writes, Writes, 0, 0),
            ((string)burst["state"]!, (int)burst["completed"]!, (int)burst["succeeded"]!, (int)burst["partial"]!, (int)burst["failed"]!));
        await lab.ConvergedAsync();
        var snapshot = await lab.WhenAsync(s => s.Quiescent && s.Kpis.Success == Writes && s.Followers.All(f => f.Applied + f.Refused == Writes && f.Behind == 0));
        Assert.Equal(Writes, snapshot.Kpis.Writes);
        Assert.All(snapshot.Telemetry, t => Assert.Equal((0L, 0L, 0L), (t.Gaps, t.Doubles, t.Dropped)));

        // What the nodes say that they recorded is what the page has.
        var token = (string)(await lab.GetAsync("/api/cluster/token"))["token"]!;
        foreach (var node in snapshot.Nodes)
        {
            var recorded = (long)(await NodeHttp.GetAsync(node.Url + "/internal/status", token))["telemetry"]!["recorded"]!;
            await lab.WhenAsync(s => s.Telemetry.Single(t => t.Node == node.Id).Received == recorded);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(burst.Text);
    }

    [Fact]
    public async Task A_burst_can_be_cancelled_and_says_how_far_it_came()
    {
        await using var lab = await LabDashboard.StartAsync(2, "--Cluster:WriteQuorum=2", "--Cluster:MaxDelayMs=200");
        var id = (string)(await lab.PostAsync("/api/bursts", "{\"writes\":10000,\"concurrency\":5,\"keys\":10}"))["id"]!;
        await Patience.UntilAsync(async () => (int)(await lab.GetAsync($"/api/bursts/{id}"))["completed"]! > 5, "some writes are done");
        Assert.Equal(HttpStatusCode.OK, (await lab.PostAsync($"/api/bursts/{id}/cancel")).Status);
        await Patience.UntilAsync(async () => (string)(await lab.GetAsync($"/api/bursts/{id}"))["state"]! == "cancelled", "the burst ends as cancelled");
        var burst = await lab.GetAsync($"/api/bursts/{id}");
        Assert.InRange((int)burst["completed"]!, 6, 9_999);
        Assert.Equal(0, (int)burst["failed"]!);
        Assert.NotNull(burst["p95Ms"]);
        await lab.ConvergedAsync();
    }

    [Fact]
    public async Task Writes_that_get_no_answer_are_counted_as_failed_with_the_last_reason()
    {
        await using var lab = await LabDashboard.StartAsync(1);
        await lab.PostAsync("/api/cluster/nodes/leader/kill");
        var burst = await lab.BurstAsync(20, 4, 2);
        Assert.Equal((20, 20), ((int)burst["completed"]!, (int)burst["failed"]!));
        Assert.Contains("Cannot reach leader", (string)burst["lastError"]!);
        Assert.Null(burst["meanMs"]);
    }
}
