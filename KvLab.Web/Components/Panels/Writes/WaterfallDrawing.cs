using System.Globalization;
using System.Net;
using System.Text;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Wire;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.Shell;
using KvLab.Web.Components.View;
using KvLab.Web.Pictures;
using MudBlazor;

namespace KvLab.Web.Components.Panels.Writes;

/// <summary>
/// Waterfalls as one drawing, for paper: what <c>Waterfall.razor</c> shows, on a white ground whatever the page's colours are, with the words that the page has around it.
/// </summary>
internal sealed class WaterfallDrawing(IReadOnlyList<WriteView> writes, TimeAxis axis, Labels labels)
{
    private const double Width = 760, Left = 216, Right = 36, Head = 24, Lane = 11, Gap = 12, Foot = 26;
    private const int LongestText = 30;
    private const string Ground = "#ffffff", Ink = "#17222d", Soft = "#4a5968", Line = "#d5dce3";

    private static readonly Palette Colours = KvTheme.Theme.PaletteLight;

    public string Caption(bool past)
    {
        var which = writes.Count switch
        {
            0 => "No write",
            1 => labels.Version(writes[0].Version),
            _ => $"{writes.Count} writes, {labels.Version(writes[^1].Version)} to {labels.Version(writes[0].Version)}",
        };
        return $"{which}{(past ? ", replayed from a recording" : "")}: a bar for each follower up to its outcome, and a line where the client was answered";
    }

    /// <summary>A row for each delivery, as many as a table may have.</summary>
    public PictureTable Table() => new(
        ["Write", "Key", "Value", "Answer to the client", "Follower", "Outcome", "After"],
        [.. writes.SelectMany(w => w.Deliveries, Row).Take(PictureRules.MostRows)]);

    private IReadOnlyList<string> Row(WriteView write, DeliveryView delivery) =>
    [
        labels.Version(write.Version), PictureRules.Cell(write.Key), PictureRules.Cell(write.Value ?? ""), WriteWords.Answer(write), delivery.Follower,
        $"{Units.Outcome(delivery.Outcome)}{(delivery.Late ? ", after the answer" : "")}", Units.Ms(delivery.CompletedMs),
    ];

    public string Svg()
    {
        var svg = new StringBuilder();
        var y = Head;
        foreach (var write in writes)
        {
            Draw(svg, write, y);
            y += HeightOf(write);
        }

        var body = svg.ToString();
        svg.Clear().Append(Inv($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {y + Foot}\" width=\"{Width}\" height=\"{y + Foot}\" font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\" font-size=\"12\">"))
            .Append(Inv($"<defs><pattern id=\"late\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\"><rect width=\"2\" height=\"4\" fill=\"{Ground}\"/></pattern></defs><rect width=\"{Width}\" height=\"{y + Foot}\" fill=\"{Ground}\"/>"));
        foreach (var tick in axis.Ticks)
            svg.Append(Inv($"<line x1=\"{At(tick):0.#}\" x2=\"{At(tick):0.#}\" y1=\"{Head - 6}\" y2=\"{y}\" stroke=\"{Line}\"/>")).Append(Words(At(tick), 13, $"{Units.Number(tick)}{(tick == axis.MaxMs ? " ms" : "")}", Soft, "middle"));
        svg.Append(body);
        Legend(svg, y + 17);
        return svg.Append("</svg>").ToString();
    }

    private void Draw(StringBuilder svg, WriteView write, double top)
    {
        svg.Append(Words(8, top + 14, $"{labels.Version(write.Version)}{(write.Naive ? " naive" : "")}  {ErrorText.Short(Unseen.Shown($"{write.Key}={write.Value}"), LongestText)}", Ink))
            .Append(Words(8, top + 29, WriteWords.Answer(write), Soft));
        for (var lane = 0; lane < write.Deliveries.Length; lane++) Draw(svg, write, write.Deliveries[lane], top + 5 + lane * Lane);
        var (from, to) = (top + 2, top + 8 + write.Deliveries.Length * Lane);
        if (write.StoredMs is { } stored) svg.Append(Inv($"<rect x=\"{At(0)}\" y=\"{from}\" width=\"{Math.Max(3, At(stored) - At(0)):0.#}\" height=\"{to - from}\" fill=\"{Tones.Ink("behind", Colours)}\" opacity=\"0.6\"/>"));
        if (write.ElapsedMs is { } answered) svg.Append(Inv($"<rect x=\"{At(answered) - 1:0.#}\" y=\"{from}\" width=\"2\" height=\"{to - from}\" fill=\"{Ink}\"/>"));
        svg.Append(Inv($"<line x1=\"8\" x2=\"{Width - 8}\" y1=\"{top + HeightOf(write)}\" y2=\"{top + HeightOf(write)}\" stroke=\"{Line}\"/>"));
    }

    private void Draw(StringBuilder svg, WriteView write, DeliveryView delivery, double top)
    {
        var shape = WriteWords.Shape(delivery.Outcome);
        var (end, colour) = (At(WriteWords.EndMs(delivery)), Tones.Ink(shape, Colours));
        var open = delivery.Outcome is DeliveryOutcome.Pending or DeliveryOutcome.Replaced;
        svg.Append(Words(Left - 8, top + 9, Units.Short(delivery.Follower), Soft, "end"))
            .Append(Inv($"<rect x=\"{Left}\" y=\"{top + 3}\" width=\"{Math.Max(1, end - Left):0.#}\" height=\"5\" {(open ? $"fill=\"none\" stroke=\"{colour}\" stroke-dasharray=\"3 2\"" : $"fill=\"{colour}\"")}/>"));
        if (delivery.Late && write.ElapsedMs is { } answered && At(answered) < end)
            svg.Append(Inv($"<rect x=\"{At(answered):0.#}\" y=\"{top + 3}\" width=\"{end - At(answered):0.#}\" height=\"5\" fill=\"url(#late)\"/>"));
        svg.Append(Shape(shape, end - 5.5, top, colour));
        if (axis.Beyond(WriteWords.EndMs(delivery))) svg.Append(Words(Width - Right + 8, top + 9, "›", Soft));
    }

    private void Legend(StringBuilder svg, double y)
    {
        var x = 8.0;
        foreach (var outcome in writes.SelectMany(w => w.Deliveries).Select(d => d.Outcome).Distinct().Order())
        {
            var name = WriteWords.Shape(outcome);
            svg.Append(Shape(name, x, y - 10, Tones.Ink(name, Colours))).Append(Words(x + 16, y, Units.Outcome(outcome), Soft));
            x += 34 + 7 * Units.Outcome(outcome).Length;
        }

        if (writes.Any(w => w.Deliveries.Any(d => d.Late)))
        {
            svg.Append(Inv($"<rect x=\"{x}\" y=\"{y - 8}\" width=\"16\" height=\"5\" fill=\"{Tones.Ink("applied", Colours)}\"/><rect x=\"{x}\" y=\"{y - 8}\" width=\"16\" height=\"5\" fill=\"url(#late)\"/>")).Append(Words(x + 22, y, "after the answer", Soft));
            x += 136;
        }

        svg.Append(Inv($"<rect x=\"{x + 4}\" y=\"{y - 11}\" width=\"2\" height=\"12\" fill=\"{Ink}\"/>")).Append(Words(x + 14, y, "answered", Soft));
    }

    private static double HeightOf(WriteView write) => Math.Max(36, write.Deliveries.Length * Lane + Gap);

    private double At(double ms) => Left + axis.Percent(ms) / 100 * (Width - Left - Right);

    private static string Shape(string name, double x, double y, string colour) => Inv($"<svg x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"11\" height=\"11\" viewBox=\"0 0 16 16\" color=\"{colour}\">{Shapes.On(Ground, name)}</svg>");

    private static string Words(double x, double y, string words, string colour, string anchor = "start") =>
        Inv($"<text x=\"{x:0.#}\" y=\"{y:0.#}\" fill=\"{colour}\" text-anchor=\"{anchor}\" xml:space=\"preserve\">{WebUtility.HtmlEncode(words)}</text>");

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
