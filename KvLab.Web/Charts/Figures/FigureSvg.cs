using System.Globalization;
using System.Net;
using System.Text;

namespace KvLab.Web.Charts.Figures;

/// <summary>Draws a figure as one self-contained SVG: text stays text, nothing is loaded from anywhere, the same figure gives the same bytes.</summary>
public static class FigureSvg
{
    private const double Left = 64, Right = 16, Top = 36, Bottom = 48, LegendGap = 8, LegendRow = 18, LoneDash = 22;

    public static string Draw(Figure figure, int width = 760, int height = 420)
    {
        var legend = LegendRows(figure, width);
        var total = height + LegendGap + legend.Count * LegendRow;
        var x = new FigureScale(figure.X, [.. figure.Series.SelectMany(s => s.X)], Left, width - Right, 0);
        var y = new FigureScale(figure.Y, [.. figure.Series.SelectMany(s => s.Upper is null ? s.Y : s.Y.Concat(s.Upper))], height - Bottom, Top, 0.04);

        var svg = new StringBuilder();
        svg.Append(Inv($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {total:0}\" width=\"{width}\" height=\"{total:0}\" role=\"img\" "))
            .Append(Inv($"aria-label=\"{Text(figure.Title)}. {Text(figure.Caption)}\" font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"13\">"))
            .Append(Inv($"<title>{Text(figure.Title)}</title><rect width=\"{width}\" height=\"{total:0}\" fill=\"#ffffff\"/>"))
            .Append(Inv($"<text x=\"{Left}\" y=\"22\" font-size=\"15\" font-weight=\"600\" fill=\"#1a1a1a\">{Text(figure.Title)}</text>"));
        DrawAxes(svg, figure, x, y, width, height);
        foreach (var series in figure.Series.OrderBy(s => s.Mark == Mark.Band ? 0 : s.Mark == Mark.Bars ? 1 : 2)) DrawSeries(svg, figure, series, x, y);
        DrawLegend(svg, legend, height);
        return svg.Append("</svg>").ToString();
    }

    private static void DrawAxes(StringBuilder svg, Figure figure, FigureScale x, FigureScale y, int width, int height)
    {
        foreach (var tick in y.Ticks)
        {
            svg.Append(Inv($"<line x1=\"{Left}\" x2=\"{width - Right}\" y1=\"{y.Pixel(tick):0.#}\" y2=\"{y.Pixel(tick):0.#}\" stroke=\"#e3e3e3\"/>"))
                .Append(Inv($"<text x=\"{Left - 8}\" y=\"{y.Pixel(tick) + 4:0.#}\" text-anchor=\"end\" fill=\"#404040\">{Text(y.Label(figure.Y, tick))}</text>"));
        }

        foreach (var tick in x.Ticks)
        {
            svg.Append(Inv($"<line x1=\"{x.Pixel(tick):0.#}\" x2=\"{x.Pixel(tick):0.#}\" y1=\"{height - Bottom}\" y2=\"{height - Bottom + 5}\" stroke=\"#404040\"/>"))
                .Append(Inv($"<text x=\"{x.Pixel(tick):0.#}\" y=\"{height - Bottom + 20}\" text-anchor=\"middle\" fill=\"#404040\">{Text(x.Label(figure.X, tick))}</text>"));
        }

        svg.Append(Inv($"<line x1=\"{Left}\" x2=\"{width - Right}\" y1=\"{height - Bottom}\" y2=\"{height - Bottom}\" stroke=\"#404040\"/>"))
            .Append(Inv($"<text x=\"{(Left + width - Right) / 2:0.#}\" y=\"{height - 10}\" text-anchor=\"middle\" fill=\"#1a1a1a\">{Text(figure.X.Title)}</text>"))
            .Append(Inv($"<text transform=\"translate(16 {(Top + height - Bottom) / 2:0.#}) rotate(-90)\" text-anchor=\"middle\" fill=\"#1a1a1a\">{Text(figure.Y.Title)}</text>"));
    }

    private static void DrawSeries(StringBuilder svg, Figure figure, FigureSeries series, FigureScale x, FigureScale y)
    {
        var colour = Palette.Of(series.Colour);
        switch (series.Mark)
        {
            case Mark.Band:
                svg.Append(Inv($"<polygon points=\"{string.Join(' ', series.BandOutline().Select(p => Inv($"{x.Pixel(p.X):0.##},{y.Pixel(p.Y):0.##}")))}\" fill=\"{colour}\" fill-opacity=\"0.18\"/>"));
                break;
            case Mark.Bars:
                DrawBars(svg, figure, series, x, y, colour);
                break;
            case Mark.Points:
                DrawPoints(svg, series, x, y, colour);
                break;
            case Mark.Line or Mark.Steps when series.X.Count == 1:
                // A line of one point is a dash through it.
                svg.Append(Inv($"<line x1=\"{x.Pixel(series.X[0]) - LoneDash:0.##}\" x2=\"{x.Pixel(series.X[0]) + LoneDash:0.##}\" y1=\"{y.Pixel(series.Y[0]):0.##}\" y2=\"{y.Pixel(series.Y[0]):0.##}\" stroke=\"{colour}\" stroke-width=\"2\"/>"));
                break;
            default:
                svg.Append(Inv($"<path d=\"{Path(series, x, y)}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{(series.Dashed ? " stroke-dasharray=\"7 5\"" : "")}/>"));
                if (series.Mark == Mark.LineAndPoints) DrawPoints(svg, series, x, y, colour);
                break;
        }
    }

    private static void DrawPoints(StringBuilder svg, FigureSeries series, FigureScale x, FigureScale y, string colour)
    {
        // Many points are drawn small and translucent, so that density shows.
        var (radius, opacity) = series.X.Count > 100 ? (1.6, 0.5) : (4.0, 1.0);
        svg.Append(Inv($"<g fill=\"{colour}\" fill-opacity=\"{opacity}\">"));
        for (var i = 0; i < series.X.Count; i++)
        {
            if (double.IsFinite(series.Y[i])) svg.Append(Inv($"<circle cx=\"{x.Pixel(series.X[i]):0.##}\" cy=\"{y.Pixel(series.Y[i]):0.##}\" r=\"{radius}\"/>"));
        }

        svg.Append("</g>");
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
            svg.Append(Inv($"<rect x=\"{x.Pixel(series.X[i]) + offset:0.##}\" y=\"{top:0.##}\" width=\"{slot * 0.94:0.##}\" height=\"{Math.Max(0, zero - top):0.##}\" fill=\"{colour}\"/>"));
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

    private static List<List<(FigureSeries Series, double X)>> LegendRows(Figure figure, int width)
    {
        var rows = new List<List<(FigureSeries, double)>> { new() };
        var at = Left;
        foreach (var series in figure.Series.Where(s => s.InLegend))
        {
            var needs = 42 + series.Name.Length * 7.8;
            if (at + needs > width - Right && rows[^1].Count > 0)
            {
                rows.Add([]);
                at = Left;
            }

            rows[^1].Add((series, at));
            at += needs;
        }

        return rows;
    }

    private static void DrawLegend(StringBuilder svg, List<List<(FigureSeries Series, double X)>> rows, int height)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            var y = height + LegendGap + row * LegendRow + 6;
            foreach (var (series, x) in rows[row])
            {
                var colour = Palette.Of(series.Colour);
                svg.Append(series.Mark switch
                {
                    Mark.Band => Inv($"<rect x=\"{x}\" y=\"{y - 9}\" width=\"20\" height=\"10\" fill=\"{colour}\" fill-opacity=\"0.18\"/>"),
                    Mark.Bars => Inv($"<rect x=\"{x}\" y=\"{y - 9}\" width=\"20\" height=\"10\" fill=\"{colour}\"/>"),
                    Mark.Points => Inv($"<circle cx=\"{x + 10}\" cy=\"{y - 4}\" r=\"4\" fill=\"{colour}\"/>"),
                    _ => Inv($"<line x1=\"{x}\" x2=\"{x + 20}\" y1=\"{y - 4}\" y2=\"{y - 4}\" stroke=\"{colour}\" stroke-width=\"2\"{(series.Dashed ? " stroke-dasharray=\"7 5\"" : "")}/>"),
                });
                svg.Append(Inv($"<text x=\"{x + 26}\" y=\"{y}\" fill=\"#1a1a1a\">{Text(series.Name)}</text>"));
            }
        }
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
