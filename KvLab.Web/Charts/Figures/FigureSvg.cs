using System.Globalization;
using System.Net;
using System.Text;

namespace KvLab.Web.Charts.Figures;

/// <summary>Draws a figure as one self-contained SVG: text stays text, nothing is loaded from anywhere, the same figure gives the same bytes.</summary>
public static class FigureSvg
{
    private const double Bottom = 48, LegendGap = 8, LegendRow = 18, LoneDash = 22;

    // Wider than most letters are, so that what is reckoned with them has room.
    private const double Letter = 7.8;

    private const int Sample = 30;

    private const int DefaultWidth = 760;

    /// <summary>Where the axes stand: as far from the edges as their labels need.</summary>
    private readonly record struct Frame(double Left, double Right, double Top, int Width, int Height)
    {
        public double RightEdge => Width - Right;
        public double Floor => Height - Bottom;
    }

    /// <param name="titled">False where a caption beside the figure has its title.</param>
    public static string Draw(Figure figure, int width = DefaultWidth, int height = 420, bool titled = true)
    {
        var frame = FrameOf(figure, width, height, titled);
        var legend = LegendRows(figure, frame);
        var total = height + LegendGap + legend.Count * LegendRow;
        var (x, y) = Scales(figure, frame);

        var svg = new StringBuilder();
        svg.Append(Inv($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {total:0}\" width=\"{width}\" height=\"{total:0}\" role=\"img\" "))
            .Append(Inv($"aria-label=\"{Text(figure.Title)}. {Text(figure.Caption)}\" font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"13\">"))
            .Append(Inv($"<title>{Text(figure.Title)}</title><rect width=\"{width}\" height=\"{total:0}\" fill=\"#ffffff\"/>"))
            .Append(titled ? Inv($"<text x=\"{frame.Left}\" y=\"22\" font-size=\"15\" font-weight=\"600\" fill=\"#1a1a1a\">{Text(figure.Title)}</text>") : "");
        DrawAxes(svg, figure, x, y, frame);
        foreach (var series in figure.Series.OrderBy(s => s.Mark == Mark.Band ? 0 : s.Mark == Mark.Bars ? 1 : 2)) DrawSeries(svg, figure, series, x, y);
        DrawLegend(svg, figure, legend, height);
        return svg.Append("</svg>").ToString();
    }

    private static Frame FrameOf(Figure figure, int width, int height, bool titled)
    {
        // Labels do not depend on pixels, so any frame tells how long they are.
        var (x, y) = Scales(figure, new Frame(64, 16, 36, width, height));
        return new Frame(Math.Max(64, 34 + Letter * Longest(y, figure.Y)), Math.Max(16, 4 + Letter / 2 * Longest(x, figure.X)), titled ? 36 : 14, width, height);
    }

    private static int Longest(FigureScale scale, Axis axis) => scale.Ticks.Select(t => scale.Label(axis, t).Length).DefaultIfEmpty().Max();

    private static (FigureScale X, FigureScale Y) Scales(Figure figure, Frame frame) => (
        new FigureScale(figure.X, [.. figure.Series.SelectMany(s => s.X)], frame.Left, frame.RightEdge, 0),
        new FigureScale(figure.Y, [.. figure.Series.SelectMany(s => s.Upper is null ? s.Y : s.Y.Concat(s.Upper))], frame.Floor, frame.Top, 0.04));

    private static void DrawAxes(StringBuilder svg, Figure figure, FigureScale x, FigureScale y, Frame frame)
    {
        foreach (var tick in y.Ticks)
        {
            svg.Append(Inv($"<line x1=\"{frame.Left}\" x2=\"{frame.RightEdge}\" y1=\"{y.Pixel(tick):0.#}\" y2=\"{y.Pixel(tick):0.#}\" stroke=\"#e3e3e3\"/>"))
                .Append(Inv($"<text x=\"{frame.Left - 8}\" y=\"{y.Pixel(tick) + 4:0.#}\" text-anchor=\"end\" fill=\"#404040\">{Text(y.Label(figure.Y, tick))}</text>"));
        }

        foreach (var tick in x.Ticks)
        {
            svg.Append(Inv($"<line x1=\"{x.Pixel(tick):0.#}\" x2=\"{x.Pixel(tick):0.#}\" y1=\"{frame.Floor}\" y2=\"{frame.Floor + 5}\" stroke=\"#404040\"/>"))
                .Append(Inv($"<text x=\"{x.Pixel(tick):0.#}\" y=\"{frame.Floor + 20}\" text-anchor=\"middle\" fill=\"#404040\">{Text(x.Label(figure.X, tick))}</text>"));
        }

        svg.Append(Inv($"<line x1=\"{frame.Left}\" x2=\"{frame.RightEdge}\" y1=\"{frame.Floor}\" y2=\"{frame.Floor}\" stroke=\"#404040\"/>"))
            .Append(Inv($"<text x=\"{(frame.Left + frame.RightEdge) / 2:0.#}\" y=\"{frame.Height - 10}\" text-anchor=\"middle\" fill=\"#1a1a1a\">{Text(figure.X.Title)}</text>"))
            .Append(Inv($"<text transform=\"translate(16 {(frame.Top + frame.Floor) / 2:0.#}) rotate(-90)\" text-anchor=\"middle\" fill=\"#1a1a1a\">{Text(figure.Y.Title)}</text>"));
    }

    private static void DrawSeries(StringBuilder svg, Figure figure, FigureSeries series, FigureScale x, FigureScale y)
    {
        var colour = Palette.Of(series.Colour);
        switch (series.Mark)
        {
            case Mark.Band:
                svg.Append(Inv($"<polygon points=\"{string.Join(' ', series.BandOutline().Select(p => Inv($"{x.Pixel(p.X):0.##},{y.Pixel(p.Y):0.##}")))}\" {BandInk(colour)}/>"));
                break;
            case Mark.Bars:
                DrawBars(svg, figure, series, x, y, colour);
                break;
            case Mark.Points:
                FigureMarks.Draw(svg, figure, series, x, y, colour);
                break;
            case Mark.Line or Mark.Steps when series.X.Count == 1:
                // A line of one point is a dash through it.
                svg.Append(Inv($"<line x1=\"{x.Pixel(series.X[0]) - LoneDash:0.##}\" x2=\"{x.Pixel(series.X[0]) + LoneDash:0.##}\" y1=\"{y.Pixel(series.Y[0]):0.##}\" y2=\"{y.Pixel(series.Y[0]):0.##}\" stroke=\"{colour}\" stroke-width=\"2\"/>"));
                break;
            default:
                svg.Append(Inv($"<path d=\"{Path(series, x, y)}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{FigureMarks.Dash(figure, series)}/>"));
                if (FigureMarks.HasSymbols(series)) FigureMarks.Draw(svg, figure, series, x, y, colour);
                break;
        }
    }

    private static void DrawBars(StringBuilder svg, Figure figure, FigureSeries series, FigureScale x, FigureScale y, string colour)
    {
        var groups = figure.Series.Where(s => s.Mark == Mark.Bars).ToList();
        var slot = Math.Abs(x.Pixel(1) - x.Pixel(0)) * 0.8 / groups.Count;
        var offset = (groups.IndexOf(series) - groups.Count / 2.0) * slot;
        for (var i = 0; i < series.X.Count; i++)
        {
            if (!double.IsFinite(series.Y[i])) continue;
            var (top, zero) = (y.Pixel(Math.Max(series.Y[i], 0)), y.Pixel(Math.Min(series.Y[i], 0)));
            svg.Append(FigureMarks.Bar(figure, series, x.Pixel(series.X[i]) + offset, top, slot * 0.94, Math.Max(0, zero - top), colour));
        }
    }

    private static string Path(FigureSeries series, FigureScale x, FigureScale y)
    {
        var path = new StringBuilder();
        var pen = 'M';
        for (var i = 0; i < series.X.Count; i++)
        {
            if (!double.IsFinite(series.Y[i]))
            {
                pen = 'M';
                continue;
            }

            if (pen == 'L' && series.Mark == Mark.Steps) path.Append(Inv($"H{x.Pixel(series.X[i]):0.##}"));
            path.Append(Inv($"{pen}{x.Pixel(series.X[i]):0.##} {y.Pixel(series.Y[i]):0.##}"));
            pen = 'L';
        }

        return path.ToString();
    }

    private static List<List<(FigureSeries Series, double X)>> LegendRows(Figure figure, Frame frame)
    {
        var rows = new List<List<(FigureSeries, double)>> { new() };
        var at = frame.Left;
        foreach (var series in figure.Series.Where(s => s.InLegend))
        {
            var needs = Sample + 22 + series.Name.Length * Letter;
            if (at + needs > frame.RightEdge && rows[^1].Count > 0)
            {
                rows.Add([]);
                at = frame.Left;
            }

            rows[^1].Add((series, at));
            at += needs;
        }

        return rows;
    }

    private static void DrawLegend(StringBuilder svg, Figure figure, List<List<(FigureSeries Series, double X)>> rows, int height)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            var y = height + LegendGap + row * LegendRow + 6;
            foreach (var (series, x) in rows[row])
            {
                var colour = Palette.Of(series.Colour);
                svg.Append(series.Mark switch
                {
                    Mark.Band => Inv($"<rect x=\"{x}\" y=\"{y - 9}\" width=\"{Sample}\" height=\"10\" {BandInk(colour)}/>"),
                    Mark.Bars => FigureMarks.Bar(figure, series, x, y - 10, Sample, 12, colour),
                    Mark.Points => "",
                    _ => Inv($"<line x1=\"{x}\" x2=\"{x + Sample}\" y1=\"{y - 4}\" y2=\"{y - 4}\" stroke=\"{colour}\" stroke-width=\"2\"{FigureMarks.Dash(figure, series)}/>"),
                });
                if (FigureMarks.HasSymbols(series)) svg.Append(FigureMarks.Symbol(FigureMarks.SymbolOf(figure, series), x + Sample / 2.0, y - 4, colour));
                svg.Append(Inv($"<text x=\"{x + Sample + 6}\" y=\"{y}\" fill=\"#1a1a1a\">{Text(Fitting(series.Name, x))}</text>"));
            }
        }
    }

    // A name that is longer than the figure is wide ends in dots; the figure's table has it whole.
    private static string Fitting(string name, double x)
    {
        var letters = (int)((DefaultWidth - x - Sample - 12) / Letter);
        return name.Length <= letters ? name : $"{name[..Math.Max(1, letters - 1)]}…";
    }

    // With an edge: in grey the area alone is hardly seen.
    private static string BandInk(string colour) => $"fill=\"{colour}\" fill-opacity=\"0.18\" stroke=\"{colour}\" stroke-opacity=\"0.45\" stroke-width=\"0.8\"";

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
