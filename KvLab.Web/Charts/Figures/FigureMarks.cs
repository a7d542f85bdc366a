using System.Globalization;
using System.Text;

namespace KvLab.Web.Charts.Figures;

/// <summary>
/// What tells one series from another when the colours are gone, as on a black-and-white printer: eight symbols (then the same ones hollow), dashes for
/// what is drawn dashed, hatches for bars. Each series of a figure has its own.
/// </summary>
public static class FigureMarks
{
    private const int Symbols = 8;

    /// <summary>A dense line carries so many symbols, not one at each of its points.</summary>
    private const int SymbolsOnALine = 7;

    private const int Dense = 100;

    private static readonly string[] Dashes = ["7 5", "2 4", "12 4 2 4", "14 6", "7 3 2 3 2 3", "4 2"];

    // Corners of each symbol in units of its radius; the circle has none.
    private static readonly (double X, double Y)[][] Corners =
    [
        [],
        [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
        [(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)],
        [(0, -1.15), (1.1, 0.85), (-1.1, 0.85)],
        [(-0.35, -1.1), (0.35, -1.1), (0.35, -0.35), (1.1, -0.35), (1.1, 0.35), (0.35, 0.35), (0.35, 1.1), (-0.35, 1.1), (-0.35, 0.35), (-1.1, 0.35), (-1.1, -0.35), (-0.35, -0.35)],
        [(0, -0.5), (0.6, -1.1), (1.1, -0.6), (0.5, 0), (1.1, 0.6), (0.6, 1.1), (0, 0.5), (-0.6, 1.1), (-1.1, 0.6), (-0.5, 0), (-1.1, -0.6), (-0.6, -1.1)],
        [(0, 1.15), (-1.1, -0.85), (1.1, -0.85)],
        [.. Enumerable.Range(0, 10).Select(i => ((i % 2 == 0 ? 1.35 : 0.55) * Math.Sin(i * Math.PI / 5), -(i % 2 == 0 ? 1.35 : 0.55) * Math.Cos(i * Math.PI / 5)))],
    ];

    /// <summary>Which symbol a series has: its place among those that are drawn with symbols.</summary>
    public static int SymbolOf(Figure figure, FigureSeries series) => PlaceOf(figure, series, HasSymbols);

    /// <summary>Which dashes a dashed series has.</summary>
    public static int DashOf(Figure figure, FigureSeries series) => PlaceOf(figure, series, s => s.Dashed) % Dashes.Length;

    public static bool HasSymbols(FigureSeries series) =>
        series.Mark is Mark.Points or Mark.LineAndPoints || (series.Mark is Mark.Line or Mark.Steps && !series.Dashed);

    internal static string Dash(Figure figure, FigureSeries series) =>
        series.Dashed ? $" stroke-dasharray=\"{Dashes[DashOf(figure, series)]}\"" : "";

    /// <summary>The points of a series that carry its symbol. On a dense line they are shifted from series to series, so that they do not hide each other.</summary>
    internal static IEnumerable<int> Marked(Figure figure, FigureSeries series)
    {
        if (series.Mark is Mark.Points or Mark.LineAndPoints || series.X.Count <= SymbolsOnALine) return Enumerable.Range(0, series.X.Count);
        var shift = (SymbolOf(figure, series) % Symbols + 0.5) / Symbols;
        return Enumerable.Range(0, SymbolsOnALine).Select(i => (int)((i + shift) * series.X.Count / SymbolsOnALine));
    }

    /// <summary>All symbols of a series. Many are drawn small and translucent, so that density shows.</summary>
    internal static void Draw(StringBuilder svg, Figure figure, FigureSeries series, FigureScale x, FigureScale y, string colour)
    {
        var dense = series.Mark == Mark.Points && series.X.Count > Dense;
        var symbol = SymbolOf(figure, series);
        svg.Append(dense ? Inv($"<g fill=\"{colour}\" fill-opacity=\"0.5\">") : Inv($"<g {Ink(symbol, colour)}>"));
        foreach (var i in Marked(figure, series))
            if (double.IsFinite(series.Y[i])) svg.Append(Inv($"<path d=\"{Outline(symbol, x.Pixel(series.X[i]), y.Pixel(series.Y[i]), dense ? 2 : 5)}\"/>"));
        svg.Append("</g>");
    }

    /// <summary>One symbol, as in a legend.</summary>
    internal static string Symbol(int symbol, double x, double y, string colour) => Inv($"<path d=\"{Outline(symbol, x, y, 5)}\" {Ink(symbol, colour)}/>");

    // A thin white edge keeps a symbol apart from lines that run through it.
    private static string Ink(int symbol, string colour) => symbol < Symbols
        ? $"fill=\"{colour}\" stroke=\"#ffffff\" stroke-width=\"0.7\""
        : $"fill=\"#ffffff\" stroke=\"{colour}\" stroke-width=\"1.6\"";

    private static string Outline(int symbol, double x, double y, double radius)
    {
        var corners = Corners[symbol % Symbols];
        return corners.Length == 0
            ? Inv($"M{x - radius:0.##} {y:0.##}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0z")
            : $"M{string.Join('L', corners.Select(c => Inv($"{x + c.X * radius:0.##} {y + c.Y * radius:0.##}")))}z";
    }

    /// <summary>A bar with its hatch: the first series is solid, the others carry white lines, each in another direction.</summary>
    internal static string Bar(Figure figure, FigureSeries series, double x, double y, double width, double height, string colour) =>
        Inv($"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" fill=\"{colour}\" stroke=\"{colour}\"/>")
        + (Hatch(PlaceOf(figure, series, s => s.Mark == Mark.Bars), x, y, width, height) is { Length: > 0 } lines
            ? Inv($"<path d=\"{lines}\" stroke=\"#ffffff\" stroke-width=\"1.8\" fill=\"none\"/>") : "");

    private static string Hatch(int kind, double x, double y, double width, double height)
    {
        const double gap = 6;
        var lines = new StringBuilder();
        if (kind % 6 is 1 or 5) for (var at = y + height - gap; at > y; at -= gap) lines.Append(Inv($"M{x:0.##} {at:0.##}h{width:0.##}"));
        if (kind % 6 is 4 or 5) for (var at = x + gap / 2; at < x + width; at += gap) lines.Append(Inv($"M{at:0.##} {y:0.##}v{height:0.##}"));
        // Slanting lines from the left edge and from the lower one, cut where they leave the bar.
        if (kind % 6 is 2 or 3)
        {
            for (var at = gap; at < width + height; at += gap)
            {
                var (from, to) = ((X: Math.Max(0, at - height), Y: Math.Min(at, height)), (X: Math.Min(at, width), Y: Math.Max(0, at - width)));
                if (kind % 6 == 3) (from.Y, to.Y) = (height - from.Y, height - to.Y);
                lines.Append(Inv($"M{x + from.X:0.##} {y + from.Y:0.##}L{x + to.X:0.##} {y + to.Y:0.##}"));
            }
        }

        return lines.ToString();
    }

    private static int PlaceOf(Figure figure, FigureSeries series, Func<FigureSeries, bool> among) =>
        Math.Max(0, figure.Series.Where(among).TakeWhile(s => !ReferenceEquals(s, series)).Count());

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
