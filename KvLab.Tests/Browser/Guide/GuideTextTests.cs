using Xunit;

namespace KvLab.Tests.Browser.Guide;

/// <summary>The grammar of labs, without a browser: what is wrong with a text is told in a second.</summary>
[Trait("Category", "Unit")]
public sealed class GuideTextTests
{
    private static readonly GuideLab[] Labs = [.. GuideText.Read("README.md"), .. GuideText.Read("docs/lab-guide.md")];

    [Fact]
    public void There_is_a_tour_and_there_are_nine_labs()
    {
        Assert.Single(Labs, l => l is { File: "README.md", Title: GuideText.Tour });
        Assert.Single(Labs, l => l.Title == GuideText.Before);
        Assert.Equal(Enumerable.Range(1, 9), Labs.Where(l => l.Title != GuideText.Before && l.File != "README.md").Select(l => int.Parse(l.Title.Split('.')[0])));
    }

    [Fact]
    public void Each_has_something_to_do_to_see_and_to_think_about() => Assert.Empty(
        from lab in Labs
        where lab.Title != GuideText.Before
        from kind in Enum.GetValues<GuideStepKind>()
        where lab.Steps.All(s => s.Kind != kind)
        select $"{lab.File}: “{lab.Title}” has no step of the kind {kind}");

    [Fact]
    public void Every_clause_is_of_a_known_form() => Assert.Empty(
        from lab in Labs
        from step in lab.Steps
        where step.Kind != GuideStepKind.Question
        from clause in GuideText.Clauses(step.Text)
        where GuideForms.Of(step.Kind, clause) is null
        select $"{step.File}:{step.Line}: “{clause}” is of no known form ({step.Kind})");

    [Fact]
    public void Every_form_knows_its_own_example() => Assert.Empty(
        from form in GuideForms.All
        where GuideForms.Of(form.Kind, form.Example)?.Form != form
        select form.Example);

    [Fact]
    public void A_sentence_of_another_form_is_of_none()
    {
        Assert.Null(GuideForms.Of(GuideStepKind.Do, "wiggle **Write**"));
        Assert.Null(GuideForms.Of(GuideStepKind.See, "press **Write**"));
        Assert.NotNull(GuideForms.Of(GuideStepKind.Do, "wait until the top bar says *6/6 nodes*"));
    }

    [Theory]
    [InlineData("set **Delay (ms)** to 0–1000, then press **Write**.", "set **Delay (ms)** to 0–1000|press **Write**")]
    [InlineData("press **Reset…**, and press **X**; run `curl -d '{\"a\":1, \"b\":2}'` (in a shell).", "press **Reset…**|press **X**|run `curl -d '{\"a\":1, \"b\":2}'`")]
    [InlineData("look at **Map**: a dot leaves, and it comes back.", "look at **Map**: a dot leaves, and it comes back.")]
    public void Clauses_are_parted_outside_of_marked_words(string text, string clauses) => Assert.Equal(clauses.Split('|'), GuideText.Clauses(text));
}
