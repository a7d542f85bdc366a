using System.Globalization;
using System.Net;
using System.Text;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Reports;

namespace KvLab.Web.Lessons;

/// <summary>
/// Lessons on paper, as one HTML document that loads nothing: with lines to write on, or with what somebody predicted, ran and answered. What is exact and which answer is right
/// stand only where a run was made.
/// </summary>
internal static class LessonSheet
{
    private const string Style = " .block { border: 1px solid #b0b0b0; padding: 6px 12px; margin: 10px 0; break-inside: avoid; } .line { display: inline-block; min-width: 220px; border-bottom: 1px solid #404040; } .box { list-style: none; padding-left: 4px; } .words ul { padding-left: 20px; }";

    /// <param name="progress">What somebody did in a lesson; null: nothing.</param>
    public static string Of(string title, string by, IEnumerable<LessonTold> lessons, Func<Lesson, LessonProgress?> progress)
    {
        var html = new StringBuilder($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{Text(title)}</title><style>{ReportStyle.Css("A4", title)}{Style}</style></head><body><main><header><h1>{Text(title)}</h1><p class=\"by\">{Text(by)}</p></header>\n");
        foreach (var told in lessons) Lesson(html, told, progress(told.Lesson));
        return html.Append("</main></body></html>\n").ToString();
    }

    private static void Lesson(StringBuilder html, LessonTold told, LessonProgress? progress)
    {
        var numbers = told.Variant.Words;
        html.Append(CultureInfo.InvariantCulture, $"<section><h2>{Text(told.Lesson.Title)}</h2><p class=\"by\">{told.Lesson.Minutes} min{(told.Lesson.State == LessonState.Draft ? " · draft" : "")}{(numbers.Length > 0 ? $" · numbers: {Text(numbers)}" : "")}</p>\n");
        foreach (var block in told.Lesson.Blocks) Block(html, told, block, progress);
        html.Append("</section>\n");
    }

    private static void Block(StringBuilder html, LessonTold told, LessonBlock block, LessonProgress? progress)
    {
        switch (block)
        {
            case ProseBlock prose:
                html.Append("<div class=\"words\">").Append(MarkdownHtml.Of(told.Variant.Fill(prose.Markdown), (_, _, _) => null)).Append("</div>\n");
                break;
            case PredictBlock predict:
                Box(html, "Predict.", told.Variant.Fill(predict.Ask), Given(told, predict, progress?.Predicted.GetValueOrDefault(predict.Name)));
                break;
            case ChoiceBlock choice:
                Box(html, choice.Before ? "Predict." : "Question.", told.Variant.Fill(choice.Ask), Options(told, choice, progress?.Chosen.GetValueOrDefault(choice.Name)));
                break;
            case RunBlock run:
                var kept = progress?.Runs.GetValueOrDefault(run.Name);
                Box(html, "Run.", kept is null ? "" : $"{kept.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {kept.Simulation ?? "on the nodes"}. {string.Join(" ", kept.Measures.Select(m => $"{m.Key} = {LessonVariant.Write(m.Value)}"))} {string.Join(" ", kept.Broken)}",
                    $"<pre><code>{Text(told.StoryOf(run).Text.Trim())}</code></pre>");
                break;
            case CompareBlock compare when progress is not null && LessonComparison.Of(told, compare, progress) is { } found:
                Box(html, "Compare.", $"{found.Sentence} {told.Variant.Fill(found.Reply(compare))} {told.Variant.Fill(compare.Because)}", $"<figure>{FigureSvg.Draw(found.Figure)}</figure>");
                break;
            case CompareBlock compare when progress is not null && LessonComparison.Chosen(told, compare, progress) is var (option, measured):
                Box(html, "Compare.", $"Predicted: {told.Variant.Fill(option.Text).TrimEnd('.')}. Measured: {LessonVariant.Write(measured)}. {told.Variant.Fill(option.Reply)} {told.Variant.Fill(compare.Because)}", "");
                break;
            case CompareBlock:
                Box(html, "Compare.", "Measured:", Line());
                break;
            case TryBlock attempt:
                Box(html, "Try it.", $"{told.Variant.Fill(attempt.Task)} (Simulator, challenge {attempt.Name})", "");
                break;
            case LookBlock look:
                Box(html, "Look.", $"{told.Variant.Fill(look.Task)} (page {look.Page})", "");
                break;
            case CodeBlock code when LessonCode.Find(code) is { } piece:
                Box(html, "In the code.", $"{told.Variant.Fill(code.Task)} {code.File}, line {piece.Line}", $"<pre><code>{Text(piece.Text)}</code></pre>");
                break;
        }
    }

    private static string Given(LessonTold told, PredictBlock predict, double[]? given) => string.Join("<br>", told.PointsOf(predict).Select((p, i) =>
        $"{(p.At is { } at ? $"{Text(predict.Along!.Name)} = {LessonVariant.Write(at)}: " : "")}{(given is null ? Line() : LessonVariant.Write(given[i]))} {Text(predict.Unit)}"));

    private static string Options(LessonTold told, ChoiceBlock choice, int[]? given) => $"<ul class=\"box\">{string.Concat(choice.Options.Select((o, i) =>
        $"<li>{(given?.Contains(i) == true ? "☒" : "☐")} {Text(told.Variant.Fill(o.Text))}{(given?.Contains(i) == true && !choice.Before ? $" – {Text(told.Variant.Fill(o.Reply))}" : "")}</li>"))}</ul>";

    private static void Box(StringBuilder html, string kind, string words, string rest) =>
        html.Append("<div class=\"block words\"><p><strong>").Append(kind).Append("</strong> ").Append(Text(words.Trim())).Append("</p>").Append(rest).Append("</div>\n");

    private static string Line() => "<span class=\"line\">&nbsp;</span>";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
