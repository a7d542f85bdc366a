using System.Collections.Immutable;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Charts;
using KvLab.Web.Charts.Figures;
using Xunit;

namespace KvLab.Tests.Unit.Page;

/// <summary>What a chart's axes show, and what is written in it.</summary>
[Trait("Category", "Unit")]
public sealed class ChartAxesTests
{
    private static readonly ChartLook Look = new(false, 11);

    private static LagPoint[] Lags(params double[] seconds) => [.. seconds.Select((s, i) => new LagPoint(s, ImmutableSortedDictionary<string, int>.Empty.Add("follower-1", i)))];

    [Fact]
    public void Behind_shows_the_latest_stretch_and_not_the_quiet_minutes_before_it()
    {
        var (from, to) = LagSeries.InView(Lags([3, 4, 5, .. Enumerable.Range(0, 60).Select(i => 600 + i * 0.5)]));
        Assert.Equal((599.0, 629.5), (from, to));
    }

    [Fact]
    public void Behind_has_never_fewer_than_twenty_seconds_and_never_more_than_two_minutes()
    {
        Assert.Equal((0.0, 20.0), LagSeries.InView([]));
        Assert.Equal((99.0, 119.0), LagSeries.InView(Lags(100)));
        var (from, to) = LagSeries.InView(Lags([.. Enumerable.Range(0, 600).Select(i => i * 0.5)]));
        Assert.Equal(299.5, to);
        Assert.InRange(to - from, 119, 121);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(5, 1)]
    [InlineData(9, 2)]
    [InlineData(30, 5)]
    [InlineData(1000, 200)]
    public void Counts_have_ticks_at_whole_numbers_only(double most, double step)
    {
        Assert.Equal(step, Ticks.WholeStep(most));
        Assert.True(most / step <= 10);
    }

    [Fact]
    public void An_axis_of_counts_up_to_one_has_no_tick_twice()
    {
        var figure = new Figure("f", "f", "f", new Axis("x"), new Axis("writes", Whole: true), [new FigureSeries("s", Mark.Steps, [0, 1], [0, 1], 1)]);
        Assert.Equal((1.0, ",d"), (FigurePlot.Layout(figure, Look, "r").YAxis[0].DTick, FigurePlot.Layout(figure, Look, "r").YAxis[0].TickFormat));
        var scale = new FigureScale(figure.Y, [0, 1], 100, 0, 0.04);
        Assert.Equal(scale.Ticks.Count, scale.Ticks.Select(t => scale.Label(figure.Y, t)).Distinct().Count());

        var point = new AvailabilityPoint(5, 1, 0, 0, 1, 0, 1, 0, 5, 3);
        var layout = AvailabilityPlot.Layout(new AvailabilityView([point], []), Look, "r");
        Assert.Equal([1.0, 1.0], new[] { layout.YAxis[0].DTick, layout.YAxis[2].DTick });
    }

    [Fact]
    public void No_words_about_a_fault_lie_over_others_or_over_a_mark_however_many_there_are()
    {
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var moments = Enumerable.Range(0, random.Next(1, 40)).Select(_ => (Seconds: random.NextDouble() * 120, Words: new string('x', random.Next(4, 40)))).OrderBy(m => m.Seconds).ToList();
            var places = FaultLabels.Put(moments, 0, 120);
            Assert.Equal(moments, places.Select(p => (p.Seconds, p.Words)));
            foreach (var line in places.Where(p => p.Shown).GroupBy(p => p.Height))
            {
                var extents = line.Select(p => p.Extent(120.0 / FaultLabels.LettersAcross)).OrderBy(e => e.From).ToList();
                Assert.All(extents.Zip(extents.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From));
            }
            Assert.True(places[^1].Shown, "What just happened is told in words.");
            Assert.DoesNotContain(places, p => !p.Shown && places.Any(q => q.Shown && q.Height == p.Height));
        }
    }

    [Fact]
    public void A_fault_without_room_for_words_tells_them_when_pointed_at()
    {
        var view = new AvailabilityView([new AvailabilityPoint(5, 1, 0, 0, 0, 0, 0, 0, 5, 3)],
            [.. Enumerable.Range(0, 12).Select(i => new FaultMark(10 + 2 * i, $"follower-{i}", $"follower-{i} was cut off from everybody"))]);
        var faults = AvailabilityPlot.Traces(view, Look).OfType<Plotly.Blazor.Traces.Scatter>().Single(t => t.Name == "faults");
        Assert.Contains("", faults.TextArray);
        Assert.Equal(12, faults.HoverTextArray.Count);
        Assert.All(faults.HoverTextArray, words => Assert.NotEmpty(words));
    }
}
