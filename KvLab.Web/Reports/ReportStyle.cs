namespace KvLab.Web.Reports;

/// <summary>How a report looks, on screen and on paper.</summary>
internal static class ReportStyle
{
    /// <param name="paper"><c>A4</c> or <c>Letter</c>.</param>
    public static string Css(string paper) => $$"""
        @page { size: {{(paper.Equals("Letter", StringComparison.OrdinalIgnoreCase) ? "Letter" : "A4")}}; margin: 18mm 16mm; }
        * { box-sizing: border-box; }
        body { margin: 0; background: #fff; color: #1a1a1a; font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
        main { max-width: 860px; margin: 0 auto; padding: 32px 24px; }
        header { border-bottom: 3px solid #0072B2; margin-bottom: 16px; }
        h1 { font-size: 28px; margin: 0 0 4px; }
        h2 { font-size: 21px; margin: 28px 0 8px; }
        h3 { font-size: 16px; margin: 20px 0 6px; }
        .by { color: #404040; margin: 0 0 12px; }
        .sentences { padding-left: 20px; }
        .finding { border-left: 5px solid #0072B2; background: #f3f7fa; padding: 8px 12px; margin: 8px 0; }
        .finding p { margin: 0; } .finding ul { margin: 4px 0 0; padding-left: 20px; font-size: 13px; }
        .finding.warning { border-color: #E69F00; background: #fdf6e7; }
        .finding.error { border-color: #D55E00; background: #fdf0e8; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: 12.5px; font-variant-numeric: tabular-nums; }
        caption { text-align: left; color: #404040; padding-bottom: 6px; }
        th, td { border-bottom: 1px solid #d8d8d8; padding: 4px 6px; text-align: right; vertical-align: top; }
        th[scope=row], th:first-child, :is(th, td):nth-child(2) { text-align: left; white-space: nowrap; }
        thead th { border-bottom: 2px solid #404040; vertical-align: bottom; white-space: normal; }
        .numbers { font-size: 11.5px; } .numbers th, .numbers td { padding: 4px; } .numbers td { white-space: nowrap; }
        .numbers :is(th, td):nth-child(2) { text-align: right; }
        p, li, dd, caption, figcaption { text-wrap: pretty; }
        figure { margin: 24px 0; }
        figure svg { width: 100%; height: auto; }
        figcaption { color: #404040; font-size: 13px; }
        dl { display: grid; grid-template-columns: 90px 1fr; gap: 4px 12px; font-size: 13px; }
        dt { font-weight: 600; } dd { margin: 0; }
        code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 12px; overflow-wrap: anywhere; }
        @media print {
          body { font-size: 10.5pt; } main { max-width: none; padding: 0; }
          table, .numbers { font-size: 7.4pt; } th, td, .numbers th, .numbers td { padding: 2px 3px; } .wide { overflow: visible; }
          figure, tr, .finding, dl, .whole { break-inside: avoid; } section.run ~ section.run { break-before: page; } h2, h3, caption { break-after: avoid; } thead { display: table-header-group; }
        }
        """;
}
