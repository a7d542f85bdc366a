using Bunit;
using KvLab.Core.Storage;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Reading;
using KvLab.Web.Reads;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class ReadFormTests : PageTest
{
    private static ReadRow Row(ReadRequest request, ReadOutcome outcome, long version, long promised, int behind) => new(
        "read-1", request.Reader, request.Key, JsonText.Of("x"), 1, version, "follower-2", 12.5, outcome, behind, behind * 40, 1, promised, NonMonotonic: false, 3, request.R,
        DateTimeOffset.UnixEpoch, [new ReadPart("follower-2", 1, version, 12.5, null)], "A sentence.");

    [Theory]
    [InlineData(ReadOutcome.Fresh, 0, "v9 fresh")]
    [InlineData(ReadOutcome.Stale, 2, "v9 stale by 2 writes")]
    [InlineData(ReadOutcome.Wrong, 1, "v9 wrong")]
    public async Task A_read_says_how_stale_it_was(ReadOutcome outcome, int behind, string words)
    {
        Cluster.Read = request => Row(request, outcome, 9, 9 + behind, behind);
        var page = Show<ReadForm>(Calm);
        await page.At("read-key").InputAsync("k1");
        await page.Cut.Find("[data-testid=read] form").SubmitAsync();
        Assert.Equal(outcome.ToString().ToLowerInvariant(), page.At("read-answer").GetAttribute("data-outcome"));
        Assert.Contains(words, page.At("read-answer").TextContent, StringComparison.Ordinal);
        Assert.Equal("A sentence.", page.At("read-why").TextContent);
    }

    [Fact]
    public async Task Whoever_reads_from_R_is_told_what_that_promises()
    {
        ReadRequest? asked = null;
        Cluster.Read = request => Row(asked = request, ReadOutcome.Fresh, 9, 9, 0);
        var page = Show<ReadForm>(Calm);
        page.Choose("read-from", "R = 3 of 5");
        Assert.Equal("true", page.At("read-promise").GetAttribute("data-overlaps"));
        Assert.Contains("> N = 5", page.At("read-promise").TextContent, StringComparison.Ordinal);
        page.Choose("read-from", "R = 1 of 5");
        Assert.Equal("false", page.At("read-promise").GetAttribute("data-overlaps"));
        await page.Cut.Find("[data-testid=read] form").SubmitAsync();
        Assert.Equal((1, null), (asked!.R, asked.From));
    }

    [Fact]
    public void Figures_say_by_node_and_W_how_many_were_stale_and_how_many_writes_they_missed()
    {
        var request = new ReadRequest("k", "follower-2");
        for (var i = 0; i < 6; i++) Services.GetRequiredService<ReadBook>().Add(Row(request, ReadOutcome.Fresh, 9, 9, 0), 5, 3);
        foreach (var behind in (int[])[1, 1, 3]) Services.GetRequiredService<ReadBook>().Add(Row(request, ReadOutcome.Stale, 9, 9 + behind, behind), 5, 3);
        Services.GetRequiredService<ReadBook>().Add(Row(new ReadRequest("k", null, 4), ReadOutcome.Fresh, 9, 9, 0), 5, 3);
        var page = Show<ReadForm>(Calm);
        Assert.Contains("33.3 %", page.At("read-figures-follower-2-3").TextContent, StringComparison.Ordinal);
        Assert.Equal("2 missed 1, 1 missed 3", page.At("read-figures-follower-2-3").QuerySelector("svg title")!.TextContent);
        Assert.Contains("R + W > N", page.At("read-figures-r=4-3").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("R + W > N", page.At("read-figures-follower-2-3").TextContent, StringComparison.Ordinal);
    }
}
