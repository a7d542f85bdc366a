using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>Reading from copies of real nodes, and what is said of their staleness.</summary>
[Trait("Category", "Process")]
public sealed class ReadTests(LabOfThree shared) : IClassFixture<LabOfThree>
{
    /// <summary>A client that knows nothing but what REST answered: each write is promised before the next read of its key begins.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Stale_reads_are_counted_as_a_client_counts_them_from_its_own_answers(int quorum)
    {
        var lab = await shared.FreshAsync();
        await lab.PatchAsync($$"""{"writeQuorum":{{quorum}},"minDelayMs":0,"maxDelayMs":6}""");
        var counted = await Task.WhenAll(Enumerable.Range(1, 10).Select(client => CountAsync(lab, client, writes: 100, readsPerWrite: 5)));
        var (reads, stale, backwards) = (counted.Sum(c => c.Reads), counted.Sum(c => c.Stale), counted.Sum(c => c.Backwards));
        Assert.Equal(5_000, reads);
        var figures = (await lab.GetAsync("/api/reads/figures")).Body!.AsArray();
        Assert.Equal((reads, stale, backwards), (Sum(figures, "reads"), Sum(figures, "stale"), Sum(figures, "nonMonotonic")));
        Assert.Equal(0, Sum(figures, "wrong") + Sum(figures, "unanswered"));
        if (quorum == 1) Assert.True(stale > 0, "With W = 1 some follower is always behind.");
        else Assert.Equal(0, stale);
        Assert.All(figures, f => Assert.Equal(quorum, (int)f!["w"]!));
    }

    private static int Sum(JsonArray figures, string name) => figures.Sum(f => (int)f![name]!);

    private static async Task<(int Reads, int Stale, int Backwards)> CountAsync(LabDashboard lab, int client, int writes, int readsPerWrite)
    {
        var (key, reads, stale, backwards, promised, seen) = ($"key-{client}", 0, 0, 0, 0L, 0L);
        for (var w = 0; w < writes; w++)
        {
            var written = await lab.WriteAsync(key, w.ToString(CultureInfo.InvariantCulture));
            if ((string)written["status"]! == "success") promised = Math.Max(promised, (long)written["version"]!);
            for (var r = 0; r < readsPerWrite; r++)
            {
                var read = await lab.PostAsync("/api/reads", $$"""{"key":"{{key}}","from":"random","reader":"client-{{client}}"}""");
                var version = (long)read["version"]!;
                reads++;
                var isStale = version < promised;
                if (isStale) stale++;
                if (version < seen) backwards++;
                Assert.Equal((isStale ? "stale" : "fresh", version < seen), ((string)read["outcome"]!, (bool)read["nonMonotonic"]!));
                seen = Math.Max(seen, version);
            }
        }

        return (reads, stale, backwards);
    }

    [Fact]
    public async Task A_read_is_a_message_with_both_of_its_ends()
    {
        var lab = await shared.FreshAsync();
        await lab.PatchAsync("""{"minDelayMs":50,"maxDelayMs":50}""");
        await lab.WriteAsync("k", "v");
        var read = await lab.PostAsync("/api/reads", """{"key":"k","from":"follower-2"}""");
        // What clients were told is taken in ten times a second, and may come before the end that the follower saw.
        JsonNode? told = null;
        while (told is null || (string)told["outcome"]! == "under_way")
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            told = (await lab.GetAsync("/api/messages?from=clients&key=k")).Body!.AsArray().SingleOrDefault();
        }

        Assert.Equal(("call", "read", "follower-2", "answered"), ((string)told["kind"]!, (string)told["call"]!, (string)told["to"]!, (string)told["outcome"]!));
        Assert.Equal((long)read["version"]!, (long)told["version"]!);
        var (sent, arrived, answered) = ((DateTimeOffset)told["sentAt"]!, (DateTimeOffset)told["arrivedAt"]!, (DateTimeOffset)told["answeredAt"]!);
        Assert.True(sent <= arrived && answered - arrived >= TimeSpan.FromMilliseconds(49), $"{sent:O} {arrived:O} {answered:O}");
    }

    [Theory]
    [InlineData("\"from\":\"follower-9\"", "from")]
    [InlineData("\"r\":4", "r")]
    public async Task A_burst_whose_reads_cannot_be_made_is_refused_before_it_begins(string reads, string field)
    {
        var lab = await shared.FreshAsync();
        var before = (await lab.GetAsync("/api/bursts")).Body!.ToJsonString();
        var refused = await lab.PostAsync("/api/bursts", $$"""{"writes":5,"concurrency":1,"keys":1,"reads":0.5,{{reads}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.NotNull(refused["errors"]![field]);
        Assert.Equal(before, (await lab.GetAsync("/api/bursts")).Body!.ToJsonString());
    }

    [Fact]
    public async Task A_read_from_enough_followers_to_overlap_misses_no_promise_and_one_from_fewer_may()
    {
        var lab = await shared.FreshAsync();
        await lab.PatchAsync("""{"writeQuorum":2,"minDelayMs":0,"maxDelayMs":20}""");
        var stale = new Dictionary<int, int> { [1] = 0, [2] = 0 };
        for (var w = 0; w < 60; w++)
        {
            await lab.WriteAsync("k", w.ToString(CultureInfo.InvariantCulture));
            foreach (var r in stale.Keys)
                if ((string)(await lab.PostAsync("/api/reads", $$"""{"key":"k","r":{{r}}}"""))["outcome"]! == "stale") stale[r]++;
        }

        Assert.Equal(0, stale[2]);
        var figures = (await lab.GetAsync("/api/reads/figures")).Body!.AsArray();
        Assert.Equal([("r=1", false), ("r=2", true)], figures.Select(f => ((string)f!["from"]!, (bool)f["overlaps"]!)));
    }

    [Fact]
    public async Task A_burst_reads_its_share_and_a_reset_forgets_all_reads()
    {
        var lab = await shared.FreshAsync();
        await lab.PatchAsync("""{"writeQuorum":1,"minDelayMs":0,"maxDelayMs":5}""");
        var id = (string)(await lab.PostAsync("/api/bursts", """{"writes":100,"concurrency":5,"keys":4,"reads":0.75,"from":"follower-1"}"""))["id"]!;
        var burst = await lab.GetAsync($"/api/bursts/{id}");
        while ((string)burst["state"]! == "running")
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            burst = await lab.GetAsync($"/api/bursts/{id}");
        }

        Assert.Equal(300, (int)burst["reads"]!["reads"]!);
        var rows = (await lab.GetAsync("/api/reads?limit=500")).Body!.AsArray();
        Assert.Equal(300, rows.Count);
        Assert.All(rows, r => Assert.Equal("follower-1", (string)r!["node"]!));
        Assert.Equal((int)burst["reads"]!["stale"]!, rows.Count(r => (string)r!["outcome"]! == "stale"));
        await lab.PostAsync("/api/cluster/reset", "{}");
        Assert.Empty((await lab.GetAsync("/api/reads")).Body!.AsArray());
        Assert.Equal("fresh", (string)(await lab.PostAsync("/api/reads", """{"key":"k1"}"""))["outcome"]!);
    }

    [Theory]
    [InlineData("""{"key":""}""", "key")]
    [InlineData("""{"key":"k","from":"nobody"}""", "from")]
    [InlineData("""{"key":"k","r":4}""", "r")]
    [InlineData("""{"key":"k","r":2,"from":"leader"}""", "r")]
    [InlineData("""{"key":"k","at":2}""", "at")]
    public async Task A_read_that_cannot_be_names_the_field(string body, string field)
    {
        var lab = await shared.FreshAsync();
        var refused = await lab.PostAsync("/api/reads", body);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.NotNull(refused["errors"]![field]);
    }
}
