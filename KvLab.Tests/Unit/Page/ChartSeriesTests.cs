using System.Collections.Immutable;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Charts;
using Xunit;

namespace KvLab.Tests.Unit.Page;

[Trait("Category", "Unit")]
public sealed class ChartSeriesTests
{
    private static readonly LatencyPoint[] Points = [new(new(1, 1), 512.3456, true, 3, 500), new(new(1, 3), 40, true, 1, 166.7), new(new(1, 2), 5000, false, 3, null)];

    [Fact]
    public void Success_partial_success_and_prediction_are_three_lines()
    {
        var lines = LatencySeries.Build(Points);
        Assert.Equal([1L, 3L], lines[0].X.Cast<long>());
        Assert.Equal([512.346, 40.0], lines[0].Y.Cast<double>());
        Assert.Equal([2L], lines[1].X.Cast<long>());
        Assert.Equal([500.0, 166.7], lines[2].Y.Cast<double>());
    }

    [Fact]
    public void The_predicted_line_never_goes_back_to_an_older_version()
    {
        LatencyPoint[] answered = [new(new(1, 2), 1, true, 3, 500), new(new(1, 1), 1, true, 3, 500), new(new(1, 5), 1, true, 3, 500), new(new(1, 4), 1, true, 3, 500)];
        Assert.Equal([2L, 5L], LatencySeries.Build(answered)[2].X.Cast<long>());
        Assert.Equal([5L], LatencySeries.Build(answered, after: new(1, 2))[2].X.Cast<long>());
    }

    [Fact]
    public void A_table_has_every_number_and_its_csv_too()
    {
        var table = LatencySeries.Table(Points);
        Assert.Equal(["1", "2", "5000", "", "3", "partial_success"], table.Rows[2]);
        Assert.Equal("\uFEFFepoch,version,latency_ms,delay_mean_ms,W,status\r\n1,1,512.346,500,3,success\r\n1,3,40,166.7,1,success\r\n1,2,5000,,3,partial_success\r\n", table.ToCsv());
    }

    [Fact]
    public void Lag_has_a_line_per_follower_in_natural_order_and_gaps_where_one_was_not_there()
    {
        LagPoint[] points = [Lag(1, ("follower-10", 3), ("follower-2", 1)), Lag(2, ("follower-2", 4))];
        Assert.Equal(["follower-2", "follower-10"], LagSeries.Followers(points));
        var lines = LagSeries.Build(LagSeries.Followers(points), points);
        Assert.Equal([1, 4], lines[0].Y.Cast<int>());
        Assert.Equal([1.0], lines[1].X.Cast<double>());
        Assert.Equal("\uFEFFseconds,follower-2,follower-10\r\n1,1,3\r\n2,4,\r\n", LagSeries.Table(points).ToCsv());
    }

    [Fact]
    public void Only_what_is_new_is_appended()
    {
        Assert.Equal([Points[2]], Appended.Since(Points, Points[1]));
        Assert.Empty(Appended.Since(Points, Points[2])!);
    }

    [Fact]
    public void A_series_that_was_emptied_is_drawn_anew() => Assert.Null(Appended.Since([], Points[1]));

    private static LagPoint Lag(double seconds, params (string Follower, int Behind)[] behind) =>
        new(seconds, behind.ToImmutableSortedDictionary(b => b.Follower, b => b.Behind, StringComparer.Ordinal));
}
