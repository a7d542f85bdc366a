using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using KvLab.Core.Experiments;
using KvLab.Core.Experiments.Plans;
using KvLab.Web.Pictures;
using KvLab.Web.Problems;
using KvLab.Web.Reports;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Experiments;

/// <summary>Pictures that were put aside for a report: kept whole or not at all, and shown with a number, a table and a link.</summary>
[Trait("Category", "Unit")]
public sealed class PictureTests : IDisposable
{
    /// <summary>One grey pixel.</summary>
    internal static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==");

    private static readonly PictureTable Messages = new(["Message"], [["v1 of k1, leader to <follower-1>: 40 % of the way"], ["ack of v1 of k1"]]);
    private static readonly Lazy<ExperimentRun> Run = new(() => WorldExperiment.Run(new ExperimentPlan { Writes = 20, Keys = 2, Concurrency = 2, MaxDelayMs = 100, Quorums = [1], WarmUpWrites = 0 }) with { Id = "run" });

    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-pictures-").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly PictureStore _store;

    public PictureTests() => _store = new PictureStore(_folder, _clock);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Picture Add(string caption, string? link = null, PictureTable? table = null) => _store.Add(PictureKind.Map, caption, link, table ?? PictureTable.None, Png);

    [Fact]
    public void What_was_added_is_found_by_whoever_opens_the_same_folder_newest_first_until_it_is_removed()
    {
        var first = Add("one", "http://127.0.0.1:5080/replay/r?at=12", Messages);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var second = Add("two");
        var other = new PictureStore(_folder, _clock);
        Assert.Equal([second.Id, first.Id], other.List().Select(p => p.Id));
        var found = other.Find(first.Id)!;
        Assert.Equal(Png, found.Png);
        Assert.Equal(("one", "http://127.0.0.1:5080/replay/r?at=12"), (found.Picture.Caption, found.Picture.Link));
        Assert.Equal(Messages.Rows, found.Picture.Table.Rows);
        other.Remove(first.Id);
        Assert.Null(_store.Find(first.Id));
        Assert.Equal(404, Assert.Throws<CommandException>(() => _store.Remove(first.Id)).Status);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_folder, "pictures")).Length);
    }

    [Theory]
    [InlineData("", null, "caption")]
    [InlineData("a map", "javascript:alert(1)", "link")]
    [InlineData("a map", "/replay/r", "link")]
    public void What_is_wrong_is_named_and_nothing_is_kept(string caption, string? link, string field)
    {
        var refused = Assert.Throws<CommandException>(() => Add(caption, link));
        Assert.Equal((400, field), (refused.Status, Assert.Single(refused.Fields).Field));
        Assert.Empty(_store.List());
    }

    [Fact]
    public void What_is_no_picture_too_large_or_no_table_is_refused()
    {
        Assert.Equal(400, Assert.Throws<CommandException>(() => _store.Add(PictureKind.Map, "a", null, PictureTable.None, "<svg onload=x>"u8.ToArray())).Status);
        Assert.Equal(400, Assert.Throws<CommandException>(() => _store.Add(PictureKind.Map, "a", null, PictureTable.None, [.. Png, .. new byte[PictureRules.LargestPng]])).Status);
        Assert.Equal("rows", Assert.Single(Assert.Throws<CommandException>(() => Add("a", null, new PictureTable(["one"], [["1", "2"]]))).Fields).Field);
        Assert.Equal(404, Assert.Throws<CommandException>(() => _store.SetTable("../../etc/passwd", Messages)).Status);
        Assert.Null(_store.Find("../x"));
    }

    [Fact]
    public void None_goes_by_itself_where_there_are_too_many_the_next_is_refused()
    {
        for (var i = 0; i < PictureStore.Most; i++) Add($"picture {i}");
        Assert.Equal(409, Assert.Throws<CommandException>(() => Add("one too many")).Status);
        Assert.Equal(PictureStore.Most, _store.List().Count);
    }

    [Fact]
    public void One_that_was_damaged_by_hand_is_not_listed_and_spoils_nothing()
    {
        var whole = Add("whole");
        var broken = Add("broken");
        File.WriteAllText(Path.Combine(_folder, "pictures", broken.Id + ".json"), "{");
        Assert.Equal(whole.Id, Assert.Single(_store.List()).Id);
        Assert.Null(_store.Find(broken.Id));
    }

    [Fact]
    public void A_report_shows_it_with_a_number_after_the_figures_its_table_and_its_link_and_can_cite_both()
    {
        var picture = _store.Find(Add("Messages between the nodes", "http://127.0.0.1:5080/replay/r?at=12&speed=1", Messages).Id)!;
        var request = new ReportRequest { Runs = ["run"], Conclusion = "See @fig:picture-1 and @tbl:picture-1." };
        var html = ReportBuilder.Build(request, ReportContents.Of(request, [Run.Value], [picture]));
        var report = new HtmlParser().ParseDocument(html);
        var figure = report.QuerySelector("#picture-1")!;
        Assert.Equal($"data:image/png;base64,{Convert.ToBase64String(Png)}", figure.QuerySelector("img")!.GetAttribute("src"));
        var number = report.QuerySelectorAll("figure").Length;
        Assert.StartsWith($"Figure {number}: Messages between the nodes. Taken 2026-03-01 12:00:00 UTC.", figure.QuerySelector("figcaption")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("http://127.0.0.1:5080/replay/r?at=12&speed=1", figure.QuerySelector("a")!.GetAttribute("href"));
        var table = report.QuerySelectorAll("table")[^1];
        Assert.Contains($"What is in Figure {number}.", table.QuerySelector("caption")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(["v1 of k1, leader to <follower-1>: 40 % of the way", "ack of v1 of k1"], table.QuerySelectorAll("td").Select(c => c.TextContent));
        Assert.Contains($"See Figure {number} and Table {report.QuerySelectorAll("table").Length}.", report.Body!.TextContent, StringComparison.Ordinal);
    }
}
