using KvLab.Core.Scenarios;
using KvLab.Web.Lessons;
using Xunit;

namespace KvLab.Tests.Lessons;

/// <summary>Every claim and number in a lesson, in every variant, in the simulator.</summary>
[Trait("Category", "Scenario")]
public sealed class LessonLibraryTests
{
    public static TheoryData<string> Names => [.. LessonLibrary.All.Select(l => l.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_a_lesson_claims_is_so(string name)
    {
        var claims = LessonCheck.Of(LessonLibrary.Find(name)!, 1, TimeProvider.System, TestContext.Current.CancellationToken).ToArray();
        Assert.NotEmpty(claims);
        Assert.Empty(claims.Where(c => !c.Holds).Select(c => $"{c.What} ({c.Variant}): {c.Found}"));
    }

    [Fact]
    public void A_lesson_that_claims_what_is_not_so_is_found_out()
    {
        var text = LessonLibrary.Find("quorum-and-latency")!;
        var compare = text.Blocks.OfType<CompareBlock>().First(c => c.WithinPercent is not null);
        var wrong = text with { Blocks = [.. text.Blocks.Select(b => b is PredictBlock p && p.Name == compare.Name ? p with { Exact = $"1.5 * ({p.Exact})" } : b)] };
        Assert.Contains(LessonCheck.Of(wrong, 1, TimeProvider.System, TestContext.Current.CancellationToken), c => !c.Holds && c.What == $"compare {compare.Name}");
    }

    [Fact]
    public void A_finished_lesson_asks_before_it_shows_and_replies_to_every_wrong_answer()
    {
        foreach (var lesson in LessonLibrary.All.Where(l => l.State == LessonState.Finished))
        {
            var told = new LessonTold(lesson, LessonVariant.All(lesson)[0]);
            Assert.All(lesson.Blocks.OfType<RunBlock>(), r => Assert.NotNull(told.NeedOf(r)));
            Assert.NotEmpty(lesson.Blocks.OfType<CompareBlock>());
            Assert.Contains(lesson.Blocks.OfType<ChoiceBlock>(), c => !c.Before);
            Assert.All(lesson.Blocks.OfType<ChoiceBlock>(), c => Assert.Equal(c.Options.Length, c.Options.Select(o => o.Reply).Distinct().Count()));
            Assert.All(lesson.Blocks.OfType<RunBlock>(), r => Assert.Contains(told.StoryOf(r).Steps, s => s.Command is MeasureCommand));
        }
    }
}
