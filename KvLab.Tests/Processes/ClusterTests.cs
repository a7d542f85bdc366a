using System.Net;
using KvLab.Core.Events;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>What only a whole cluster of processes shows: tokens between members, followers that come and go, events from node to dashboard.</summary>
[Trait("Category", "Process")]
public sealed class ClusterTests
{
    [Fact]
    public async Task Members_with_one_token_replicate_and_a_leader_without_it_gets_no_ack()
    {
        await using var cluster = await RealCluster.StartAsync(2, ("WRITE_QUORUM", "2"), ("CLUSTER_TOKEN", "right"));
        Assert.Equal("success", (string)(await cluster.WriteAsync("k", "1"))["status"]!);

        await using var stranger = await RealNode.StartAsync(new Dictionary<string, string>
        {
            ["ROLE"] = "leader",
            ["PORT"] = "0",
            ["FOLLOWERS"] = $"{cluster.Follower(1)},{cluster.Follower(2)}",
            ["WRITE_QUORUM"] = "2",
            ["MAX_DELAY_MS"] = "0",
            ["MIN_DELAY_MS"] = "0",
            ["CLUSTER_TOKEN"] = "wrong",
            // Nobody tells it of a past, so without this it would wait until the followers do.
            ["KNOWN_EPOCH"] = "0",
        });
        var answer = await NodeHttp.PostAsync(stranger.Url + "/write", """{"key":"k","value":2}""");
        Assert.Equal(("partial_success", 0), ((string)answer["status"]!, (int)answer["acks"]!));
        Assert.Equal(1, (int)(await NodeHttp.GetAsync(cluster.Follower(1) + "/read/k"))["value"]!);
    }

    [Fact]
    public async Task A_leader_that_was_replaced_is_fenced_and_steps_down()
    {
        await using var cluster = await RealCluster.StartAsync(1, ("WRITE_QUORUM", "1"), ("DELIVERY", "once"));
        await cluster.WriteAsync("k", "1");
        // The old leader lives on beside one that starts now and so reigns in a newer epoch.
        var old = cluster.LeaderNode;
        await using var replacement = await RealNode.StartAsync(new Dictionary<string, string>
        {
            ["ROLE"] = "leader",
            ["NODE_ID"] = "leader-2",
            ["PORT"] = "0",
            ["FOLLOWERS"] = cluster.Follower(1),
            ["MIN_DELAY_MS"] = "0",
            ["MAX_DELAY_MS"] = "0",
        });
        Assert.Equal("success", (string)(await NodeHttp.PostAsync(replacement.Url + "/write", """{"key":"k","value":2}"""))["status"]!);
        // Either nobody has told it yet, and nobody confirms its write; or it has learnt of it, and takes none.
        var late = await NodeHttp.PostAsync(old.Url + "/write", """{"key":"k","value":3}""");
        Assert.True(late.Status == HttpStatusCode.Forbidden || (string)late["status"]! == "partial_success", late.Text);
        await Patience.UntilAsync(async () => (string)(await NodeHttp.GetAsync(old.Url + "/health"))["role"]! == "follower", "the old leader follows");
        Assert.Equal(2, (int)(await NodeHttp.GetAsync(cluster.Follower(1) + "/read/k"))["value"]!);
        Assert.Equal(replacement.Url, (string)(await NodeHttp.PostAsync(cluster.Follower(1) + "/write", "{}"))["leader"]!);
    }

    [Fact]
    public async Task A_follower_that_is_taken_from_the_list_gets_nothing_more()
    {
        await using var cluster = await RealCluster.StartAsync(2, ("WRITE_QUORUM", "1"));
        var answer = await NodeHttp.SendAsync(HttpMethod.Put, cluster.Leader + "/internal/followers",
            $$"""{"followers":[{"id":"follower-1","url":"{{cluster.Follower(1)}}"}]}""");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        await cluster.WriteAsync("k", "1");
        await cluster.UntilQuiescentAsync();
        Assert.Empty(await RealCluster.DumpAsync(cluster.Follower(2)));
        Assert.Equal(["writeQuorum"], (await cluster.PatchAsync("""{"writeQuorum":2}""")).Fields);
    }

    [Fact]
    public async Task In_naive_mode_an_older_arrival_overwrites_a_newer_one()
    {
        await using var cluster = await RealCluster.StartAsync(2, ("WRITE_QUORUM", "1"), ("VERSIONING", "naive"));
        await Patience.UntilOrderedAsync(async (attempt, delayMs) =>
        {
            var (older, newer) = ((2 * attempt) - 1, 2 * attempt);
            await cluster.WriteAsync("k", $"{older}", $$""","delaysMs":{"follower-2":{{delayMs}}}""");
            await cluster.WriteAsync("k", $"{newer}");
            await cluster.UntilQuiescentAsync();
            Assert.Equal(newer, (int)(await NodeHttp.GetAsync(cluster.Leader + "/read/k"))["value"]!);
            return (int)(await NodeHttp.GetAsync(cluster.Follower(2) + "/read/k"))["value"]! == older;
        }, "the older write arrives last and stays");
    }

    [Fact]
    public async Task Every_event_of_a_burst_reaches_the_dashboard_over_its_restart_without_gap_or_double()
    {
        var dashboard = await FakeDashboard.StartAsync();
        var heard = dashboard.Heard;
        try
        {
            await using var cluster = await RealCluster.StartAsync(2, ("WRITE_QUORUM", "2"), ("DASHBOARD_URL", dashboard.Url));
            await BurstAsync(cluster, 200);
            var port = new Uri(dashboard.Url).Port;
            await dashboard.DisposeAsync();
            await BurstAsync(cluster, 200);
            dashboard = await FakeDashboard.StartAsync(port, heard);
            await BurstAsync(cluster, 200);
            await cluster.UntilQuiescentAsync();

            foreach (var (node, url) in ((string, string)[])[("leader", cluster.Leader), ("follower-1", cluster.Follower(1)), ("follower-2", cluster.Follower(2))])
            {
                var recorded = (long)(await NodeHttp.GetAsync(url + "/internal/status"))["telemetry"]!["recorded"]!;
                await Patience.UntilAsync(() => heard.Of(node).Count >= recorded, $"all events of {node} arrive");
                Assert.Equal(Enumerable.Range(1, (int)recorded).Select(n => (long)n), heard.Of(node).Select(e => e.Sequence));
            }

            Assert.Equal(0, heard.Repeated);
            Assert.Equal(600, heard.Of("leader").Count(e => e is { Kind: EventKind.WriteAnswered, Reason: "success" }));
            Assert.Equal(1200, heard.Of("leader").Count(e => e.Kind == EventKind.DeliveryAcked));
        }
        finally
        {
            await dashboard.DisposeAsync();
        }
    }

    private static Task BurstAsync(RealCluster cluster, int writes) => Parallel.ForEachAsync(
        Enumerable.Range(0, writes), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) => await cluster.WriteAsync($"k{i % 5}", $"{i}"));
}
