using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Web.Charts;
using KvLab.Web.Charts.Figures;
using Plotly.Blazor.Traces;
using Xunit;
using Axis = KvLab.Web.Charts.Figures.Axis;

namespace KvLab.Tests.Experiments;

/// <summary>A figure is one thing: its chart, its table and its SVG cannot disagree.</summary>
[Trait("Category", "Unit")]
public sealed class FigurePlotTests
{
    private static readonly Lazy<ExperimentRun> Run = new(() => WorldExperiment.Run(
        Presets.VersionedAgainstNaive with { Writes = 40, Quorums = [1, 5] }));

    [Fact]
    public void Every_series_is_a_trace_with_the_same_numbers()
    {
        foreach (var figure in RunFigures.All(Run.Value))
        {
            var traces = FigurePlot.Traces(figure, dark: false);
            Assert.Equal(figure.Series.Count, traces.Count);
            foreach (var series in figure.Series.Where(s => s.Mark != Mark.Band))
            {
                var y = traces.Select(t => t switch { Scatter s => (s.Name, s.Y), Bar b => (b.Name, b.Y), _ => default }).Single(t => t.Name == series.Name).Y;
                Assert.Equal(series.Y, y.Select(v => v is null ? double.NaN : (double)v));
            }
        }
    }

    [Fact]
    public void A_band_is_closed_and_a_band_over_one_point_can_be_seen()
    {
        var band = new FigureSeries("band", Mark.Band, [1, 2], [10, 20], 1, Upper: [12, 24]);
        Assert.Equal([(1, 12), (2, 24), (2, 20), (1, 10)], band.BandOutline());
        var lone = new FigureSeries("band", Mark.Band, [5], [10], 1, Upper: [12]).BandOutline();
        Assert.True(lone.Max(p => p.X) > lone.Min(p => p.X));
    }

    [Fact]
    public void A_share_ends_at_one_and_whole_numbers_have_room_to_both_sides()
    {
        var look = new ChartLook(false, 12);
        var shares = FigurePlot.Layout(RunFigures.Distribution(Run.Value), look, "r");
        Assert.Equal([0, 1.0], shares.YAxis[0].Range.Select(Convert.ToDouble));
        Assert.Contains(">1</text>", FigureSvg.Draw(RunFigures.Distribution(Run.Value)), StringComparison.Ordinal);
        Assert.DoesNotContain(">1.2</text>", FigureSvg.Draw(RunFigures.Distribution(Run.Value)), StringComparison.Ordinal);

        var quorums = FigurePlot.Layout(RunFigures.QuorumLatency(Run.Value), look, "r");
        Assert.Equal([0.5, 5.5], quorums.XAxis[0].Range.Select(Convert.ToDouble));
    }

    [Fact]
    public void Bars_stand_side_by_side_within_the_room_of_their_place_however_far_the_next_place_is()
    {
        var figure = new Figure("f", "F", "", new Axis("W", FromZero: false, Whole: true), new Axis("ms"),
            [.. Enumerable.Range(1, 4).Select(i => new FigureSeries($"{i}", Mark.Bars, [1, 3, 5], [i, i, i], i))]);
        var bars = FigurePlot.Traces(figure, dark: false).Cast<Bar>().Select(b => (From: (double)b.Offset!, To: (double)(b.Offset + b.Width)!)).ToList();
        Assert.All(bars, b => Assert.InRange(b.From, -Axis.Room, b.To));
        Assert.All(bars, b => Assert.InRange(b.To, b.From, Axis.Room));
        Assert.All(bars.Zip(bars.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From, 1e-9));
    }

    [Fact]
    public void Names_with_commas_stay_one_cell_of_the_csv()
    {
        var figure = new Figure("f", "F", "", new Axis("x, y"), new Axis("ms"), [new FigureSeries("W=1, \"naive\"", Mark.Line, [1], [2], 1)]);
        Assert.Equal("\uFEFFseries,\"x, y\",ms\r\n\"W=1, \"\"naive\"\"\",1,2\r\n", figure.ToTable().ToCsv());
    }

    [Fact]
    public void A_lone_prediction_is_drawn() =>
        Assert.Contains("stroke-width=\"2\"/>", FigureSvg.Draw(new Figure("f", "F", "", new Axis("W", FromZero: false, Whole: true), new Axis("ms"),
            [new FigureSeries("predicted", Mark.Line, [5], [10], 1, Dashed: true)])), StringComparison.Ordinal);
}
