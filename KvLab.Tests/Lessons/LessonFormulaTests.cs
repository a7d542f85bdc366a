using KvLab.Web.Lessons;
using Xunit;

namespace KvLab.Tests.Lessons;

/// <summary>What a lesson calls exact is worked out, never typed.</summary>
[Trait("Category", "Unit")]
public sealed class LessonFormulaTests
{
    private static readonly Dictionary<string, double> Names = new() { ["W"] = 3, ["max"] = 600 };

    [Theory]
    [InlineData("1 + 2 * 3", 7)]
    [InlineData("(1 + 2) * 3", 9)]
    [InlineData("8 / 2 / 2", 2)]
    [InlineData("8 - 2 - 2", 4)]
    [InlineData("-W * -(2)", 6)]
    [InlineData("max * W / 6", 300)]
    [InlineData("mean(W, 5, 0, max)", 300)]
    [InlineData("mean(1, 5, 60, 120)", 70)]
    [InlineData("0.5*max", 300)]
    public void It_follows_the_rules_of_arithmetic(string formula, double value) => Assert.Equal(value, LessonFormula.Of(formula, Names), 9);

    [Theory]
    [InlineData("", "a number, a name or a bracket is missing")]
    [InlineData("1 +", "a number, a name or a bracket is missing")]
    [InlineData("1 2", "nothing more is expected than what stands before \"2\"")]
    [InlineData("N * 2", "nothing is called N here")]
    [InlineData("sin(1)", "there is no law sin")]
    [InlineData("mean(6, 5, 0, 1)", "needs 0 ≤ w ≤ n")]
    [InlineData("mean(1, 5, 0)", ", is missing")]
    [InlineData("1 / 0", "has no number as its value")]
    [InlineData("(1", ") is missing")]
    [InlineData("1..2", "this is no number")]
    public void What_is_wrong_is_said_with_its_place(string formula, string what)
    {
        var wrong = Assert.Throws<FormatException>(() => LessonFormula.Of(formula, Names));
        Assert.Contains(what, wrong.Message, StringComparison.Ordinal);
        Assert.Contains("at character", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_makes_it_go_deep_or_long()
    {
        Assert.Contains("within each other", Assert.Throws<FormatException>(() => LessonFormula.Of(new string('(', 100), Names)).Message, StringComparison.Ordinal);
        Assert.Contains("within each other", Assert.Throws<FormatException>(() => LessonFormula.Of(new string('-', 100), Names)).Message, StringComparison.Ordinal);
        Assert.Contains("at most", Assert.Throws<FormatException>(() => LessonFormula.Of(new string('1', 201), Names)).Message, StringComparison.Ordinal);
    }
}
