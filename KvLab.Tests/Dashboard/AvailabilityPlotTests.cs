using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Charts;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class AvailabilityPlotTests
{
    private static readonly ChartLook Look = new(false, 11);

    private static AvailabilityPoint Point(long second, int other = 0, int stale = 0) => new(second, 10, 2, 1, other, 0, stale, 0, 5, 3);

    private static FaultMark Mark(double seconds, string? node, string words) => new(seconds, node, node is null ? words : $"{node} {words}");

    [Fact]
    public void Faults_that_come_together_share_one_label()
    {
        var moments = AvailabilityPlot.Moments(
        [
            Mark(10, "leader", "killed"), Mark(10.1, "follower-1", "killed"), Mark(11, "follower-2", "leads"),
            Mark(20, null, "cut off: follower-3"), Mark(20.5, "follower-4", "frozen"), Mark(21, "follower-5", "slow"), Mark(22, "follower-5", "quick again"),
        ]);
        Assert.Equal([(10.0, "leader and f1 killed, f2 leads"), (20.0, "cut off: f3, f4 frozen, f5 slow, 1 more")], moments);
    }

    [Fact]
    public void The_other_side_has_a_place_of_its_own_only_when_something_was_seen_of_it()
    {
        var whole = new AvailabilityView([Point(5)], []);
        Assert.False(AvailabilityPlot.HasOtherSide(whole));
        Assert.Equal(2, AvailabilityPlot.Layout(whole, Look, "a").YAxis.Count);
        Assert.Equal(4, AvailabilityPlot.Traces(whole, Look).Count);

        var split = new AvailabilityView([Point(5), Point(6, other: 3, stale: 7)], []);
        Assert.Equal(3, AvailabilityPlot.Layout(split, Look, "a").YAxis.Count);
        Assert.Equal(6, AvailabilityPlot.Traces(split, Look).Count);
    }

    [Fact]
    public void The_table_has_a_row_per_second_with_the_faults_of_it()
    {
        var table = AvailabilityPlot.Table(new AvailabilityView([Point(5), Point(6, other: 3, stale: 7)], [Mark(6.4, "follower-2", "frozen")]));
        Assert.Equal(["6", "10", "2", "1", "0", "5", "3", "3", "0", "7", "follower-2 frozen"], table.Rows[1]);
        Assert.Equal(table.Columns.Count, table.Rows[0].Count);
    }
}
