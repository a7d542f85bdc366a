using System.Net;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>The write path with real processes: quorum, early answer, early failure, convergence.</summary>
[Trait("Category", "Process")]
public sealed class WriteTests
{
    // Longer than any test waits: a delivery that is this late does not happen in it.
    private const string Never = "60000";

    [Fact]
    public async Task A_write_answers_at_the_Wth_ack_and_does_not_wait_for_a_slower_follower()
    {
        await using var cluster = await RealCluster.StartAsync(3, ("WRITE_QUORUM", "2"));
        var answer = await cluster.WriteAsync("k", "1", $$""","delaysMs":{"follower-3":{{Never}}}""");
        Assert.Equal("success", (string)answer["status"]!);
        Assert.Equal(2, (int)answer["acks"]!);
        // The third is still on its way: the answer did not end it.
        // The thread of the second ack sends the answer before it puts its own delivery away, so that one may still be counted for an instant.
        await Patience.UntilAsync(async () => (int)(await NodeHttp.GetAsync(cluster.Leader + "/internal/status"))["pendingDeliveries"]! == 1,
            "only the slower follower's delivery is pending");
        Assert.Equal(HttpStatusCode.NotFound, (await NodeHttp.GetAsync(cluster.Follower(3) + "/read/k")).Status);
    }

    [Fact]
    public async Task A_late_delivery_goes_on_after_the_answer()
    {
        await using var cluster = await RealCluster.StartAsync(2, ("WRITE_QUORUM", "1"));
        await cluster.WriteAsync("k", "1", ",\"delaysMs\":{\"follower-2\":300}");
        await cluster.AssertConvergedAsync();
    }

    [Fact]
    public async Task Versions_3_1_2_arrive_out_of_order_and_the_newest_stays()
    {
        await using var cluster = await RealCluster.StartAsync(2, ("WRITE_QUORUM", "1"));
        await Patience.UntilOrderedAsync(async (attempt, delayMs) =>
        {
            var (acked, superseded) = await CountsAsync();
            await cluster.WriteAsync("k", "1", $$""","delaysMs":{"follower-2":{{delayMs}}}""");
            await cluster.WriteAsync("k", "2", $$""","delaysMs":{"follower-2":{{delayMs + 500}}}""");
            var newest = (long)(await cluster.WriteAsync("k", "3", ",\"delaysMs\":{\"follower-2\":0}"))["version"]!;
            // The newest is there while the others are still on their way.
            var soFar = acked;
            await Patience.UntilAsync(async () => (soFar = (await CountsAsync()).Acked) > acked, "the first is confirmed");
            var first = soFar == acked + 1 && (long)(await NodeHttp.GetAsync(cluster.Follower(2) + "/read/k"))["version"]! == newest;
            await cluster.AssertConvergedAsync();
            Assert.Equal(newest, (long)(await NodeHttp.GetAsync(cluster.Follower(2) + "/read/k"))["version"]!);
            if (!first) return false;
            Assert.Equal((acked + 3, superseded + 2), await CountsAsync());
            return true;
        }, "the newest of three arrives first");

        async Task<(long Acked, long Superseded)> CountsAsync()
        {
            var follower = (await NodeHttp.GetAsync(cluster.Leader + "/internal/status"))["followers"]![1]!;
            return ((long)follower["acked"]!, (long)follower["superseded"]!);
        }
    }

    [Fact]
    public async Task With_too_many_followers_down_a_write_is_a_partial_success_at_once_and_503_where_that_is_asked_for()
    {
        // The deadline is far away: only the early failure can answer.
        await using var cluster = await RealCluster.StartAsync(3, ("WRITE_QUORUM", "2"), ("REPLICATION_TIMEOUT_MS", "600000"));
        await cluster.FollowerNode(1).KillAsync();
        await cluster.FollowerNode(2).KillAsync();
        var partial = await cluster.WriteAsync("k", "1");
        Assert.Equal(HttpStatusCode.OK, partial.Status);
        Assert.Equal("partial_success", (string)partial["status"]!);
        Assert.InRange((int)partial["acks"]!, 0, 1);
        Assert.Contains("not undone", (string)partial["note"]!);
        Assert.Equal(1, (long)(await NodeHttp.GetAsync(cluster.Leader + "/read/k"))["version"]!);

        await cluster.PatchAsync("""{"onShortfall":"error"}""");
        var error = await cluster.WriteAsync("k", "2");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, error.Status);
        Assert.Equal(("partial_success", 2), ((string)error["status"]!, (long)error["version"]!));

        await cluster.PatchAsync("""{"writeQuorum":1}""");
        Assert.Equal("success", (string)(await cluster.WriteAsync("k", "3"))["status"]!);
    }

    [Fact]
    public async Task A_frozen_follower_costs_a_write_its_deadline_and_no_more()
    {
        await using var cluster = await RealCluster.StartAsync(1, ("WRITE_QUORUM", "1"), ("REPLICATION_TIMEOUT_MS", "200"));
        await cluster.FollowerNode(1).FreezeAsync();
        var answer = await cluster.WriteAsync("k", "1");
        Assert.Equal(("partial_success", 0), ((string)answer["status"]!, (int)answer["acks"]!));
        Assert.True((double)answer["elapsed_ms"]! >= 200);
    }

    [Fact]
    public async Task A_follower_that_comes_back_gets_what_it_missed()
    {
        await using var cluster = await RealCluster.StartAsync(2, ("WRITE_QUORUM", "1"));
        await cluster.FollowerNode(2).KillAsync();
        for (var i = 0; i < 20; i++) await cluster.WriteAsync($"k{i}", $"{i}");
        await cluster.StartFollowerAsync(2);
        await cluster.AssertConvergedAsync();
        Assert.Equal(20, (await RealCluster.DumpAsync(cluster.Follower(2))).Count);
    }

    [Fact]
    public async Task A_follower_that_forgot_what_it_had_acked_is_sent_it_again_and_so_is_one_that_is_new()
    {
        await using var cluster = await RealCluster.StartAsync(2, ("WRITE_QUORUM", "2"));
        for (var i = 0; i < 20; i++) await cluster.WriteAsync($"k{i}", $"{i}");
        await cluster.UntilQuiescentAsync();
        await cluster.FollowerNode(2).KillAsync();
        await cluster.StartFollowerAsync(2);
        await Patience.UntilAsync(async () => (await RealCluster.DumpAsync(cluster.Follower(2))).Count == 20, "the follower has all 20 keys again");

        // A leader that lost its memory too recovers from the followers, and passes on what an earlier epoch wrote.
        await cluster.LeaderNode.KillAsync();
        await cluster.FollowerNode(1).KillAsync();
        await cluster.StartFollowerAsync(1);
        await cluster.StartLeaderAsync();
        await Patience.UntilAsync(async () => (await RealCluster.DumpAsync(cluster.Follower(1))).Count == 20, "the empty follower has all 20 keys again");
        await cluster.AssertConvergedAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_burst_of_concurrent_writes_converges(int maxDelayMs)
    {
        await using var cluster = await RealCluster.StartAsync(5, ("WRITE_QUORUM", "3"), ("MAX_DELAY_MS", maxDelayMs.ToString()));
        var versions = new System.Collections.Concurrent.ConcurrentBag<long>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            var answer = await cluster.WriteAsync($"k{i % 7}", $"{i}");
            Assert.Equal("success", (string)answer["status"]!);
            versions.Add((long)answer["version"]!);
        });
        Assert.Equal(Enumerable.Range(1, 1000).Select(n => (long)n), versions.Order());
        await cluster.AssertConvergedAsync();
    }

    [Fact]
    public async Task With_all_followers_in_the_quorum_no_read_after_an_answer_is_stale()
    {
        await using var cluster = await RealCluster.StartAsync(3, ("WRITE_QUORUM", "3"), ("MAX_DELAY_MS", "3"));
        for (var i = 1; i <= 20; i++)
        {
            await cluster.WriteAsync("k", $"{i}");
            for (var f = 1; f <= 3; f++) Assert.Equal(i, (long)(await NodeHttp.GetAsync(cluster.Follower(f) + "/read/k"))["version"]!);
        }
    }
}
