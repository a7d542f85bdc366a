using System.Net;
using KvLab.Core.Scenarios;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Web.Lessons;
using Xunit;

namespace KvLab.Tests.Lessons;

/// <summary>Lessons for scripts.</summary>
[Trait("Category", "Process")]
public sealed class LessonRestTests(LabOfFive shared) : IClassFixture<LabOfFive>
{
    [Fact]
    public async Task The_list_has_every_lesson_and_one_has_the_numbers_of_its_seed()
    {
        var lab = await shared.FreshAsync();
        var list = (await lab.GetAsync("/api/lessons")).Body!.AsArray();
        Assert.Equal(LessonLibrary.All.Select(l => (l.Name, l.Title, l.Minutes, l.State.ToString().ToLowerInvariant())),
            list.Select(l => ((string)l!["name"]!, (string)l["title"]!, (int)l["minutes"]!, (string)l["state"]!)));
        Assert.All(list, l => Assert.True((int)l!["blocks"]!["predict"]! > 0));

        var lesson = LessonLibrary.Find("quorum-and-latency")!;
        var drawn = Enumerable.Range(1, 50).First(s => !LessonVariant.Draw(lesson, s).Numbers.SequenceEqual(LessonVariant.Draw(lesson, 1).Numbers));
        var (first, other) = (await lab.GetAsync("/api/lessons/quorum-and-latency"), await lab.GetAsync($"/api/lessons/quorum-and-latency?seed={drawn}"));
        Assert.NotEqual(first["numbers"]!.ToJsonString(), other["numbers"]!.ToJsonString());
        // A run's text is a story that the lab plays; what is right is not told.
        var run = first["blocks"]!.AsArray().First(b => (string)b!["kind"]! == "run")!;
        Assert.NotEmpty(Scenario.Parse((string)run["text"]!).Steps);
        Assert.DoesNotContain("\"exact\"", first.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"right\"", first.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_of_them_are_one_page_for_paper_that_loads_nothing_and_gives_nothing_away()
    {
        var page = await (await shared.FreshAsync()).GetAsync("/api/lessons.html?seed=3");
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.Status, page.ContentType));
        Assert.All(LessonLibrary.All, l => Assert.Contains(WebUtility.HtmlEncode(l.Title), page.Text, StringComparison.Ordinal));
        Assert.DoesNotContain("<script", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page.Text, StringComparison.OrdinalIgnoreCase);
        // A reply stands only beside an answer that somebody gave.
        foreach (var option in LessonLibrary.All.SelectMany(l => l.Blocks.OfType<ChoiceBlock>()).SelectMany(c => c.Options)) Assert.DoesNotContain(WebUtility.HtmlEncode(option.Reply), page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/lessons/nothing", HttpStatusCode.NotFound, "There is no lesson nothing")]
    [InlineData("/api/lessons/quorum-and-latency?seed=x", HttpStatusCode.BadRequest, "seed")]
    [InlineData("/api/lessons/quorum-and-latency?sead=1", HttpStatusCode.BadRequest, "sead")]
    public async Task What_is_wrong_is_named(string path, HttpStatusCode status, string what)
    {
        var answer = await (await shared.FreshAsync()).GetAsync(path);
        Assert.Equal(status, answer.Status);
        Assert.Contains(what, answer.Text, StringComparison.Ordinal);
    }
}
