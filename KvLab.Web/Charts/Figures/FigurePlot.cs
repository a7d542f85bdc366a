using System.Globalization;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;
using Plotly.Blazor.Traces.ScatterLib.LineLib;
using Plotly.Blazor.Traces.ScatterLib.MarkerLib;
using Bar = Plotly.Blazor.Traces.Bar;
using Line = Plotly.Blazor.Traces.ScatterLib.Line;
using Marker = Plotly.Blazor.Traces.ScatterLib.Marker;

namespace KvLab.Web.Charts.Figures;

/// <summary>A figure as a Plotly chart: the same series, marks and colours as its SVG. Pure.</summary>
public static class FigurePlot
{
    private static readonly SymbolEnum[] Symbols =
        [SymbolEnum.Circle, SymbolEnum.Square, SymbolEnum.Diamond, SymbolEnum.TriangleUp, SymbolEnum.Cross, SymbolEnum.X, SymbolEnum.TriangleDown, SymbolEnum.Star];

    // As in the SVG, where the lengths are written out.
    private static readonly string[] Dashes = ["dash", "dot", "dashdot", "longdash", "longdashdot", "4px,2px"];

    // Of the place that a whole number has; Plotly's own choice of width and of places would be of the distance to the next number that is there.
    private const double BarShare = 0.8;

    /// <summary>Bands first, so that nothing is hidden by them.</summary>
    public static IReadOnlyList<ITrace> Traces(Figure figure, bool dark)
    {
        var bars = figure.Series.Where(s => s.Mark == Mark.Bars).ToList();
        return [.. figure.Series.OrderBy(s => s.Mark == Mark.Band ? 0 : 1).Select(s => Trace(figure, s, Palette.Of(s.Colour, dark), bars.IndexOf(s), bars.Count))];
    }

    /// <param name="revision">Stays the same for as long as a reader's zoom is to be kept.</param>
    public static Layout Layout(Figure figure, ChartLook look, string revision)
    {
        var layout = look.Layout(figure.X.Title, figure.Y.Title, revision);
        layout.BarMode = BarModeEnum.Group;
        layout.Legend[0].YRef = Plotly.Blazor.LayoutLib.LegendLib.YRefEnum.Container;
        layout.Legend[0].Y = 0;
        layout.Margin.T = 10;
        var x = layout.XAxis[0];
        if (figure.X is { Whole: true, FromZero: false } && figure.Series.SelectMany(s => s.X).ToList() is { Count: > 0 } places)
        {
            x.DTick = 1;
            x.Range = [places.Min() - Axis.Room, places.Max() + Axis.Room];
        }

        var y = layout.YAxis[0];
        if (figure.Y.Whole)
        {
            y.TickFormat = ",d";
            y.DTick = Ticks.WholeStep(figure.Series.SelectMany(s => s.Y).Where(double.IsFinite).DefaultIfEmpty().Max());
        }

        if (figure.Y.Max is { } max) y.Range = [0, max];
        y.ZeroLine = figure.Series.Any(s => s.Mark == Mark.Bars);
        return layout;
    }

    /// <param name="bar">Which of the series of bars it is.</param>
    /// <param name="bars">Series of bars that share a place.</param>
    private static ITrace Trace(Figure figure, FigureSeries series, string colour, int bar, int bars) => series.Mark switch
    {
        Mark.Bars => new Bar
        {
            Name = series.Name,
            ShowLegend = series.InLegend,
            X = Cells(series.X),
            Y = Cells(series.Y),
            Width = (decimal)(BarShare / bars),
            Offset = (decimal)(BarShare * ((double)bar / bars - 0.5)),
            Marker = new Plotly.Blazor.Traces.BarLib.Marker { Color = colour },
        },
        Mark.Band => Band(series, colour),
        Mark.Points => new Scatter
        {
            Name = series.Name,
            ShowLegend = series.InLegend,
            Mode = ModeFlag.Markers,
            X = Cells(series.X),
            Y = Cells(series.Y),
            Marker = new Marker { Color = colour, Size = series.X.Count > 100 ? 3 : 7, Opacity = series.X.Count > 100 ? 0.55m : 1, Symbol = SymbolOf(figure, series) },
        },
        _ => new Scatter
        {
            Name = series.Name,
            ShowLegend = series.InLegend,
            // A line of one point would not be seen.
            Mode = series.Mark == Mark.LineAndPoints || series.X.Count == 1 ? ModeFlag.Lines | ModeFlag.Markers : ModeFlag.Lines,
            X = Cells(series.X),
            Y = Cells(series.Y),
            Line = new Line { Color = colour, Width = 2, Dash = series.Dashed ? Dashes[FigureMarks.DashOf(figure, series)] : "solid", Shape = series.Mark == Mark.Steps ? ShapeEnum.Hv : ShapeEnum.Linear },
            Marker = new Marker { Color = colour, Size = 8, Symbol = SymbolOf(figure, series) },
        },
    };

    private static SymbolEnum SymbolOf(Figure figure, FigureSeries series) => Symbols[FigureMarks.SymbolOf(figure, series) % Symbols.Length];

    private static Scatter Band(FigureSeries series, string colour)
    {
        var outline = series.BandOutline();
        return new Scatter
        {
            Name = series.Name,
            ShowLegend = series.InLegend,
            Mode = ModeFlag.Lines,
            X = Cells(outline.Select(p => p.X)),
            Y = Cells(outline.Select(p => p.Y)),
            Fill = FillEnum.ToSelf,
            FillColor = Translucent(colour),
            Line = new Line { Width = 0, Color = colour },
            HoverInfo = HoverInfoFlag.Skip,
        };
    }

    private static string Translucent(string hex) => string.Create(CultureInfo.InvariantCulture,
        $"rgba({Convert.ToInt32(hex[1..3], 16)},{Convert.ToInt32(hex[3..5], 16)},{Convert.ToInt32(hex[5..7], 16)},0.22)");

    // What is not a number is a gap.
    private static List<object> Cells(IEnumerable<double> values) => [.. values.Select(v => double.IsFinite(v) ? (object)v : null!)];
}
