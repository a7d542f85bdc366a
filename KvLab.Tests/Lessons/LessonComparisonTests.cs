using KvLab.Web.Lessons;
using Xunit;

namespace KvLab.Tests.Lessons;

/// <summary>One sentence on the difference, and the reply to its kind.</summary>
[Trait("Category", "Unit")]
public sealed class LessonComparisonTests
{
    private static readonly CompareBlock Block = new("mean", 1, "mean", 15, "close", "less", "more", "");

    private static LessonComparison One(double predicted) => new("mean", "How long?", "ms", "", [], [predicted], [300], [312.5]);

    private static LessonComparison Curve(params double[] predicted) => new("mean", "How long?", "ms", "W", [1, 2, 3], [.. predicted], [100, 200, 300], [101, 202, 303]);

    [Theory]
    [InlineData(300, "close", "You predicted 300 ms; exact is 300 ms. This run measured 312.5 ms.")]
    [InlineData(355, "close", "You predicted 355 ms; exact is 300 ms, 55 ms less. This run measured 312.5 ms.")]
    [InlineData(500, "more", "You predicted 500 ms; exact is 300 ms, 200 ms less. This run measured 312.5 ms.")]
    [InlineData(100, "less", "You predicted 100 ms; exact is 300 ms, 200 ms more. This run measured 312.5 ms.")]
    public void A_number_is_close_within_a_fifth(double predicted, string reply, string sentence)
    {
        Assert.Equal(reply, One(predicted).Reply(Block));
        Assert.Equal(sentence, One(predicted).Sentence);
    }

    [Fact]
    public void Of_a_curve_every_point_counts_and_the_worst_is_named()
    {
        Assert.Equal("close", Curve(100, 210, 290).Reply(Block));
        Assert.Equal("more", Curve(300, 300, 300).Reply(Block));
        Assert.Equal("less", Curve(50, 100, 150).Reply(Block));
        Assert.Equal("At W = 1 you predicted 300 ms; exact is 100 ms, 200 ms less. This run measured 101 ms.", Curve(300, 300, 300).Sentence);
    }

    [Fact]
    public void A_curve_that_is_right_on_the_whole_and_wrong_in_its_shape_is_told_so_where_the_lesson_can()
    {
        var block = Block with { Shape = "shape" };
        Assert.Equal("shape", Curve(200, 200, 200).Reply(block));
        Assert.Equal("shape", Curve(10, 200, 400).Reply(block));
        Assert.Equal("more", Curve(300, 300, 300).Reply(block));
        Assert.Equal("close", Curve(100, 200, 300).Reply(block));
        Assert.Equal("more", Curve(200, 200, 200).Reply(Block));
    }

    [Fact]
    public void The_picture_and_its_table_have_all_three()
    {
        Assert.Equal(["your prediction", "exact", "measured"], Curve(1, 2, 3).Figure.Series.Select(s => s.Name));
        Assert.Equal(9, Curve(1, 2, 3).Figure.ToTable().Rows.Count);
        Assert.Equal([["", "your prediction", "100"], ["", "exact", "300"], ["", "measured", "312.5"]], One(100).Figure.ToTable().Rows);
    }
}
