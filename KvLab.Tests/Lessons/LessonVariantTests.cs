using KvLab.Web.Lessons;
using Xunit;

namespace KvLab.Tests.Lessons;

/// <summary>Neighbours have other numbers; the same browser has the same again.</summary>
[Trait("Category", "Unit")]
public sealed class LessonVariantTests
{
    private static readonly Lesson Two = new("two", "Two", "", 1, LessonState.Draft, [], [new Varied("W", [1, 2, 3]), new Varied("max", [200, 400])], []);

    private static LessonVariant With(double w) => new LessonVariant(LessonVariant.All(Two)[0].Numbers).With("W", w);

    [Fact]
    public void All_are_every_combination()
    {
        Assert.Equal(["1 200", "1 400", "2 200", "2 400", "3 200", "3 400"], LessonVariant.All(Two).Select(v => $"{v.Numbers["W"]} {v.Numbers["max"]}"));
        Assert.Empty(Assert.Single(LessonVariant.All(Two with { Varies = [] })).Numbers);
    }

    [Fact]
    public void A_seed_draws_the_same_again_and_seeds_beside_each_other_spread_over_all()
    {
        Assert.Equal(LessonVariant.Draw(Two, 7).Numbers, LessonVariant.Draw(Two, 7).Numbers);
        var drawn = Enumerable.Range(1, 600).GroupBy(s => LessonVariant.Draw(Two, s).Fill("{W} {max}")).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(6, drawn.Count);
        Assert.All(drawn.Values, n => Assert.InRange(n, 60, 140));
    }

    [Fact]
    public void A_text_has_its_numbers_and_keeps_what_is_no_name() => Assert.Equal("W = 3 of {N}, {} and { W }", With(3).Fill("W = {W} of {N}, {} and { W }"));

    [Fact]
    public void What_stands_between_for_and_end_is_told_once_for_each()
    {
        Assert.Equal("# T\n> settings W = 1\n> measure lost as l-1\n> settings W = 5\n> measure lost as l-5\n> write k = 200\n",
            With(2).Tell("# T\n> for W = 1, 5\n> settings W = {W}\n> measure lost as l-{W}\n> end\n> write k = {max}"));
    }

    [Theory]
    [InlineData("> for W = 1, 2\n> heal", "has no \"> end\"")]
    [InlineData("> for W = 1, two\n> heal\n> end", "\"two\" is no number")]
    public void A_loop_that_is_wrong_is_said(string story, string what) => Assert.Contains(what, Assert.Throws<FormatException>(() => With(1).Tell(story)).Message, StringComparison.Ordinal);
}
