using KvLab.Core.Observation.Snapshots;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;
using Plotly.Blazor.Traces.ScatterLib.LineLib;
using Plotly.Blazor.Traces.ScatterLib.MarkerLib;
using Bar = Plotly.Blazor.Traces.Bar;
using BarMarker = Plotly.Blazor.Traces.BarLib.Marker;
using Pattern = Plotly.Blazor.Traces.BarLib.MarkerLib.Pattern;
using PatternShape = Plotly.Blazor.Traces.BarLib.MarkerLib.PatternLib.ShapeEnum;

namespace KvLab.Web.Charts;

/// <summary>
/// What clients were told, second by second, under a strip of the faults of that time; below it the other side of a partition, where there was one.
/// Pure.
/// </summary>
public static class AvailabilityPlot
{
    /// <summary>The latest seconds that are in view; a reader may zoom out.</summary>
    public const int SecondsInView = 120;

    /// <summary>Faults that follow each other quicker share one label.</summary>
    private const double TogetherSeconds = 1.5;
    private const int MostWords = 3;
    private const int FewestSeconds = 20;

    private const int Success = 2;
    private const int Partial = 1;
    private const int Unreachable = 3;
    private const int Stale = 6;

    public static IReadOnlyList<ITrace> Traces(AvailabilityView view, ChartLook look)
    {
        var x = view.Points.Select(p => (object)p.Second).ToList();
        List<ITrace> traces =
        [
            Bars("success", x, view.Points.Select(p => p.Success), look.Color(Success), null, "y"),
            Bars("partial", x, view.Points.Select(p => p.Partial), look.Color(Partial), PatternShape.Slash, "y"),
            Bars("unreachable", x, view.Points.Select(p => p.Unreachable), look.Color(Unreachable), PatternShape.X, "y"),
            Faults(view, look),
        ];
        if (!HasOtherSide(view)) return traces;
        // Only a leader of its own could answer there.
        if (view.Points.Any(p => p.OtherSuccess > 0)) traces.Add(Bars("success there", x, view.Points.Select(p => p.OtherSuccess), look.Color(0), null, "y3"));
        if (view.Points.Any(p => p.OtherPartial > 0)) traces.Add(Bars("partial there", x, view.Points.Select(p => p.OtherPartial), look.Color(5), PatternShape.Slash, "y3"));
        traces.Add(StaleKeys(x, view, look));
        return traces;
    }

    /// <summary>The latest seconds in which anything happened, and never so few that a bar is as wide as a barn.</summary>
    private static (double From, double To) InView(AvailabilityView view)
    {
        double[] moments = [.. view.Points.Select(p => (double)p.Second), .. view.Marks.Select(m => m.Seconds)];
        if (moments.Length == 0) return (0, 0);
        var to = moments.Max() + 1;
        var from = Math.Min(Math.Max(moments.Min() - 1, to - SecondsInView), to - FewestSeconds);
        return (Math.Max(from, -0.5), to);
    }

    /// <summary>Whether anything was seen of another side.</summary>
    public static bool HasOtherSide(AvailabilityView view) => view.Points.Any(p => p.OtherStale > 0 || p.OtherSuccess + p.OtherPartial > 0);

    /// <param name="revision">Stays the same for as long as a reader's zoom is to be kept.</param>
    public static Layout Layout(AvailabilityView view, ChartLook look, string revision)
    {
        var both = HasOtherSide(view);
        var layout = look.Layout("seconds since the dashboard started", "writes / s", revision);
        layout.BarMode = BarModeEnum.Stack;
        layout.BarGap = 0.12m;
        layout.Legend[0].Y = 1m;
        layout.Margin.T = 2;
        layout.Margin.B = (decimal)(look.FontSize * 2.9);
        layout.Legend[0].TraceOrder = Plotly.Blazor.LayoutLib.LegendLib.TraceOrderFlag.Normal;
        var (from, to) = InView(view);
        if (to > from) layout.XAxis[0].Range = [from, to];
        var answers = layout.YAxis[0];
        answers.Domain = [both ? 0.44m : 0m, 0.8m];
        answers.FixedRange = true;
        answers.TickFormat = ",d";
        answers.DTick = Ticks.WholeStep(view.Points.Select(p => p.Success + p.Partial + p.Unreachable).DefaultIfEmpty().Max());
        layout.YAxis.Add(new YAxis { Domain = [0.81m, 1m], Range = [0, 1], Visible = false, FixedRange = true });
        if (!both) return layout;
        layout.XAxis[0].Anchor = "y3";
        layout.YAxis.Add(new YAxis
        {
            Title = new Plotly.Blazor.LayoutLib.YAxisLib.Title { Text = "other side", Standoff = 6 },
            Domain = [0m, 0.34m],
            GridColor = answers.GridColor,
            LineColor = answers.LineColor,
            ZeroLine = false,
            FixedRange = true,
            TickFormat = ",d",
            DTick = Ticks.WholeStep(view.Points.Max(p => Math.Max(p.OtherStale, p.OtherSuccess + p.OtherPartial))),
            RangeMode = Plotly.Blazor.LayoutLib.YAxisLib.RangeModeEnum.ToZero,
        });
        return layout;
    }

    public static SeriesTable Table(AvailabilityView view) => new(
        "What clients saw, second by second",
        ["second", "success", "partial", "unreachable", "followers_unavailable", "followers", "W", "other_side_success", "other_side_partial", "other_side_stale_keys", "faults"],
        [.. view.Points.Select(p => (IReadOnlyList<string>)
            [
                SeriesTable.Number(p.Second), SeriesTable.Number(p.Success), SeriesTable.Number(p.Partial), SeriesTable.Number(p.Unreachable),
                SeriesTable.Number(p.Unavailable), SeriesTable.Number(p.Followers), SeriesTable.Number(p.Required),
                SeriesTable.Number(p.OtherSuccess), SeriesTable.Number(p.OtherPartial), SeriesTable.Number(p.OtherStale),
                string.Join("; ", view.Marks.Where(m => (long)m.Seconds == p.Second).Select(m => m.Label)),
            ])]);

    private static Bar Bars(string name, List<object> x, IEnumerable<int> y, string colour, PatternShape? pattern, string axis) => new()
    {
        Name = name,
        X = x,
        Y = [.. y.Select(v => (object)v)],
        YAxis = axis,
        Marker = new BarMarker
        {
            Color = colour,
            Pattern = pattern is { } shape ? new Pattern { Shape = shape, FillMode = Plotly.Blazor.Traces.BarLib.MarkerLib.PatternLib.FillModeEnum.Replace, FgColor = colour, Size = 6, Solidity = 0.55m } : null,
        },
    };

    private static Scatter Faults(AvailabilityView view, ChartLook look)
    {
        var (from, to) = InView(view);
        var labels = FaultLabels.Put(Moments(view.Marks), from, to);
        return new Scatter
        {
            Name = "faults",
            Mode = ModeFlag.Markers | ModeFlag.Text,
            YAxis = "y2",
            X = [.. labels.Select(l => (object)Math.Round(l.Seconds, 2))],
            Y = [.. labels.Select(l => (object)l.Height)],
            TextArray = [.. labels.Select(l => l.Shown ? l.Words : "")],
            TextPositionArray = [.. labels.Select(l => l.Left ? TextPositionEnum.MiddleLeft : TextPositionEnum.MiddleRight)],
            HoverTextArray = [.. labels.Select(l => l.Words)],
            HoverInfo = HoverInfoFlag.Text,
            Marker = new Marker { Color = look.Color(6), Symbol = SymbolEnum.TriangleDown, Size = (decimal)(look.FontSize * 0.6) },
            ClipOnAxis = false,
            ShowLegend = false,
        };
    }

    /// <summary>Faults that came together, in a few words: <c>f1 and leader killed, f2 leads</c>.</summary>
    internal static IReadOnlyList<(double Seconds, string Words)> Moments(IReadOnlyList<FaultMark> marks)
    {
        var moments = new List<List<FaultMark>>();
        foreach (var mark in marks)
        {
            if (moments.Count > 0 && mark.Seconds - moments[^1][^1].Seconds < TogetherSeconds) moments[^1].Add(mark);
            else moments.Add([mark]);
        }
        return [.. moments.Select(m => (m[0].Seconds, Words(m)))];
    }

    private static string Words(List<FaultMark> marks)
    {
        var parts = marks
            .GroupBy(m => m.Node is null ? m.Label : m.Label[m.Node.Length..])
            .Select(g => g.First().Node is null ? g.Key : $"{string.Join(" and ", g.Select(m => m.Node).Distinct())}{g.Key}")
            .ToArray();
        var more = parts.Length - MostWords;
        return string.Join(", ", parts.Take(MostWords)).Replace("follower-", "f", StringComparison.Ordinal) + (more > 0 ? $", {more} more" : "");
    }

    private static Scatter StaleKeys(List<object> x, AvailabilityView view, ChartLook look) => new()
    {
        Name = "keys read stale there",
        Mode = ModeFlag.Lines,
        X = x,
        Y = [.. view.Points.Select(p => (object)p.OtherStale)],
        YAxis = "y3",
        Line = new Plotly.Blazor.Traces.ScatterLib.Line { Color = look.Color(Stale), Width = 2, Dash = "dot", Shape = ShapeEnum.Hvh },
    };
}
