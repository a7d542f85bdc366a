using System.Globalization;
using System.Text;

namespace KvLab.Web.Reports;

/// <summary>How a report looks, on screen and on paper.</summary>
internal static class ReportStyle
{
    /// <summary>So much of a title has room at the head of a page.</summary>
    private const int LongestHead = 80;

    /// <param name="paper"><c>A4</c> or <c>Letter</c>.</param>
    /// <param name="title">Stands at the head of every page but the first.</param>
    public static string Css(string paper, string title) => $$"""
        @page { size: {{(paper.Equals("Letter", StringComparison.OrdinalIgnoreCase) ? "Letter" : "A4")}}; margin: 20mm 16mm 18mm;
          @top-left { content: "{{Quoted(title)}}"; font: 8pt system-ui, "DejaVu Sans", sans-serif; color: #404040; }
          @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt system-ui, "DejaVu Sans", sans-serif; color: #404040; } }
        @page :first { @top-left { content: none; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: #fff; color: #1a1a1a; font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
        main { max-width: 860px; margin: 0 auto; padding: 32px 24px; }
        header { border-bottom: 3px solid #0072B2; margin-bottom: 16px; }
        h1 { font-size: 28px; line-height: 1.25; margin: 0 0 4px; }
        h2 { font-size: 21px; margin: 28px 0 8px; }
        h3 { font-size: 17px; margin: 20px 0 6px; }
        h4 { font-size: 15px; margin: 16px 0 4px; }
        .by { color: #404040; margin: 0 0 8px; } .run-name { margin: 8px 0 0; font-weight: 600; }
        .sentences { padding-left: 20px; margin-top: 4px; }
        .finding { border-left: 5px solid #0072B2; background: #f3f7fa; padding: 8px 12px; margin: 8px 0; }
        .finding p { margin: 0; } .finding ul { margin: 4px 0 0; padding-left: 20px; font-size: 13px; }
        .finding.warning { border-color: #E69F00; background: #fdf6e7; }
        .finding.error { border-color: #D55E00; background: #fdf0e8; }
        .wide { overflow-x: auto; margin: 16px 0 20px; }
        table { border-collapse: collapse; width: 100%; font-size: 12.5px; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
        caption, figcaption { text-align: left; color: #303030; font-size: 13px; }
        caption { padding-bottom: 6px; } figcaption { padding-top: 4px; }
        th, td { border-bottom: 1px solid #d8d8d8; padding: 4px 6px; text-align: right; vertical-align: top; }
        tbody tr:last-child > * { border-bottom: 2px solid #404040; }
        th[scope=row], th:first-child { text-align: left; overflow-wrap: anywhere; min-width: 60px; }
        thead th { border-top: 2px solid #404040; border-bottom: 1px solid #404040; vertical-align: bottom; }
        .numbers td { white-space: nowrap; padding: 4px; }
        .moments :is(th, td):nth-child(2), .settings :is(th, td) { text-align: left; }
        .moments td:nth-child(2) { white-space: nowrap; }
        .settings { table-layout: fixed; } .settings :is(th, td), caption { overflow-wrap: anywhere; }
        p, li, dd, caption, figcaption { text-wrap: pretty; }
        figure { margin: 20px 0; }
        figure :is(svg, img) { display: block; width: 100%; height: auto; }
        .words > :first-child { margin-top: 4px; } .words h4 { margin: 12px 0 4px; }
        .words blockquote { margin: 8px 0; padding-left: 12px; border-left: 3px solid #b0b0b0; }
        .words pre { padding: 8px 10px; background: #f5f5f5; border: 1px solid #d8d8d8; white-space: pre-wrap; }
        .words a { color: #00527f; }
        .formula { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", "DejaVu Serif", serif; } p.formula { margin: 8px 24px; white-space: pre-wrap; }
        dl { display: grid; grid-template-columns: 90px minmax(0, 1fr); gap: 4px 12px; font-size: 13px; }
        dt { font-weight: 600; } dd { margin: 0; }
        code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 12px; overflow-wrap: anywhere; }
        @media print {
          body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
          h1 { font-size: 20pt; } h2 { font-size: 14.5pt; } h3 { font-size: 12pt; } h4 { font-size: 10.5pt; }
          table { font-size: 8pt; } caption, figcaption, dl { font-size: 9pt; } th, td, .numbers td { padding: 2px 3px; } .wide { overflow: visible; }
          .finding, .words pre { background: none; border: 1px solid #808080; border-left-width: 5px; }
          figure, tr, .finding, dl, .whole { break-inside: avoid; } figure :is(svg, img) { max-height: 92mm; object-fit: contain; } section.run ~ section.run { break-before: page; }
          h2, h3, h4, caption, .run-name { break-after: avoid; } thead { display: table-header-group; } p, li { orphans: 3; widows: 3; }
          .words a { color: inherit; } .words a::after { content: " (" attr(href) ")"; font-size: 8pt; }
        }
        """;

    /// <summary>As the content of a CSS text: whatever is no letter, digit or blank is written by its number, so nothing can end the text or the style.</summary>
    private static string Quoted(string title)
    {
        var css = new StringBuilder();
        var letters = 0;
        foreach (var rune in title.EnumerateRunes())
        {
            if (++letters > LongestHead) return css.Append("\\2026 ").ToString();
            if (char.IsAsciiLetterOrDigit((char)Math.Min(rune.Value, 0x80)) || rune.Value == ' ') css.Append((char)rune.Value);
            else if (!Rune.IsControl(rune)) css.Append(CultureInfo.InvariantCulture, $"\\{rune.Value:x} ");
        }

        return css.ToString();
    }
}
