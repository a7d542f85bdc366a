using KvLab.Web.Components.Panels.Settings;
using Xunit;

namespace KvLab.Tests.Unit.Page;

[Trait("Category", "Unit")]
public sealed class DelayScaleTests
{
    [Fact]
    public void It_runs_from_0_over_a_tenth_to_two_thousand_and_never_back()
    {
        var scale = Enumerable.Range(0, DelayScale.Positions + 1).Select(DelayScale.ToMs).ToArray();
        Assert.Equal((0, 0.1, 2000), (scale[0], scale[1], scale[^1]));
        Assert.Equal(scale.Order(), scale);
    }

    [Fact]
    public void A_position_is_found_again_from_its_delay()
    {
        for (var position = 0; position <= DelayScale.Positions; position++)
            Assert.Equal(DelayScale.ToMs(position), DelayScale.ToMs(DelayScale.ToPosition(DelayScale.ToMs(position))), 0.051 * DelayScale.ToMs(position));
    }

    [Theory]
    [InlineData(60_000, DelayScale.Positions)]
    [InlineData(0.001, 1)]
    [InlineData(-3, 0)]
    public void Delays_beyond_the_scale_sit_at_its_end(double ms, int position) => Assert.Equal(position, DelayScale.ToPosition(ms));
}
