using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Writes;
using Xunit;

namespace KvLab.Tests.Unit.Page;

[Trait("Category", "Unit")]
public sealed class TimeAxisTests
{
    [Fact]
    public void It_covers_the_delay_range_and_every_answer()
    {
        var snapshot = new ClusterStory { Writes = 60 }.Tell();
        var axis = TimeAxis.For(snapshot);
        Assert.True(axis.MaxMs >= 1000);
        Assert.All(snapshot.Writes.Take(40), w => Assert.False(axis.Beyond(w.ElapsedMs!.Value)));
    }

    [Fact]
    public void A_retry_to_a_node_that_is_down_does_not_shrink_all_the_others()
    {
        var snapshot = new ClusterStory { Writes = 5 }.Tell();
        var write = snapshot.Writes[0];
        var slow = write with { Deliveries = write.Deliveries.SetItem(0, write.Deliveries[0] with { CompletedMs = 90_000, Attempts = 12 }) };
        var axis = TimeAxis.For(snapshot with { Writes = snapshot.Writes.SetItem(0, slow) });
        Assert.Equal(1200, axis.MaxMs);
        Assert.True(axis.Beyond(90_000));
        Assert.Equal(100, axis.Percent(90_000));
    }

    [Theory]
    [InlineData(0.1, 1)]
    [InlineData(7, 8)]
    [InlineData(1000, 1200)]
    [InlineData(60_000, 80_000)]
    public void Its_end_is_a_round_number_with_a_little_air(double maxDelayMs, double end) =>
        Assert.Equal(end, TimeAxis.For(ClusterSnapshot.Empty with { Settings = new() { MinDelayMs = 0, MaxDelayMs = maxDelayMs } }).MaxMs, 1e-9);

    [Fact]
    public void Unbounded_shapes_get_room_for_their_tail() =>
        Assert.True(TimeAxis.For(ClusterSnapshot.Empty with { Settings = new() { Distribution = DelayDistribution.Pareto, MaxDelayMs = 100 } }).MaxMs > 100);
}
