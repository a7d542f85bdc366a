using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace KvLab.Web.Reports;

/// <summary>
/// A student's own words: Markdown, as HTML of which every tag is written here. Markdig only reads; what this class does not know comes out as text. So
/// there is no raw HTML, nothing is loaded from anywhere (a picture is its description), and a link leads to http, https or mailto only.
/// </summary>
public static partial class MarkdownHtml
{
    /// <summary>Nobody writes lists in lists in lists so deep; a text that does stands as it was typed.</summary>
    private const int Deepest = 32;

    /// <summary>
    /// Nor does anybody emphasize every tenth letter of a long text: Markdig looks from each such mark back at all that are open before it, so its time
    /// grows with their square. A text with more of them stands as it was typed too.
    /// </summary>
    internal const int MostMarks = 1_500;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UseMathematics().Build();

    /// <param name="cited">What <c>@fig:id</c> and <c>@tbl:id</c> stand for: kind, id, position of the run; null for nothing.</param>
    public static string Of(string text, Func<string, string, int, string?> cited, MarkdownLook? look = null)
    {
        if (text.Length > ReportRequest.LongestText) text = text[..ReportRequest.LongestText];
        if (text.Count("*_[>".Contains) > MostMarks || BeginsDeep(text)) return Plain(text);
        try
        {
            var html = new StringBuilder();
            Blocks(html, Markdown.Parse(text, Pipeline), cited, look ?? MarkdownLook.Report, 0);
            return html.ToString();
        }
        catch (Exception tooDeep) when (tooDeep is ArgumentException or TooDeepException)
        {
            return Plain(text);
        }
    }

    /// <summary>Whether a line begins with more marks of lists and quotes than anybody nests: Markdig looks at the rest of the line for each of them.</summary>
    private static bool BeginsDeep(string text)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var marks = 0;
            for (var i = 0; i + 1 < line.Length && " \t-+*>.)0123456789".Contains(line[i]); i++)
                if (line[i] is not (' ' or '\t') && line[i + 1] is (' ' or '\t') && ++marks > Deepest) return true;
        }

        return false;
    }

    /// <summary>Paragraphs and line breaks, and nothing else.</summary>
    private static string Plain(string text) => string.Concat(text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
        .Select(p => $"<p>{Text(p.Trim()).Replace("\n", "<br>", StringComparison.Ordinal)}</p>"));

    private static void Blocks(StringBuilder html, ContainerBlock blocks, Func<string, string, int, string?> cited, MarkdownLook look, int depth)
    {
        if (depth > Deepest) throw new TooDeepException();
        foreach (var block in blocks)
        {
            switch (block)
            {
                case ListBlock list:
                    var start = list.IsOrdered && int.TryParse(list.OrderedStart, out var first) && first != 1 ? $" start=\"{first}\"" : "";
                    html.Append(list.IsOrdered ? $"<ol{look.List}{start}>" : $"<ul{look.List}>");
                    foreach (var item in list.OfType<ListItemBlock>())
                    {
                        html.Append("<li>");
                        // In a list without empty lines an item is its words, not a paragraph.
                        if (!list.IsLoose && item is [ParagraphBlock words, ..])
                        {
                            Inlines(html, words.Inline, cited, depth);
                            item.RemoveAt(0);
                        }

                        Blocks(html, item, cited, look, depth + 1);
                        html.Append("</li>");
                    }

                    html.Append(list.IsOrdered ? "</ol>" : "</ul>");
                    break;
                case QuoteBlock quote:
                    html.Append("<blockquote>");
                    Blocks(html, quote, cited, look, depth + 1);
                    html.Append("</blockquote>");
                    break;
                // Before code, which it is a kind of.
                case MathBlock formula:
                    html.Append("<p class=\"formula\">").Append(Text(formula.Lines.ToString().Trim())).Append("</p>");
                    break;
                case CodeBlock code:
                    html.Append("<pre><code>").Append(Text(code.Lines.ToString())).Append("</code></pre>");
                    break;
                case HeadingBlock heading:
                    // Below the page's own headings, however large it was meant.
                    Words(look.Heading, heading);
                    break;
                case ThematicBreakBlock:
                    html.Append("<hr>");
                    break;
                case ParagraphBlock paragraph:
                    Words("p", paragraph);
                    break;
                case LinkReferenceDefinitionGroup:
                    break;
                case ContainerBlock other:
                    Blocks(html, other, cited, look, depth + 1);
                    break;
                case LeafBlock other:
                    html.Append("<p>").Append(Text(other.Lines.ToString())).Append("</p>");
                    break;
            }
        }

        void Words(string tag, LeafBlock block)
        {
            html.Append('<').Append(tag).Append('>');
            Inlines(html, block.Inline, cited, depth);
            html.Append("</").Append(tag).Append('>');
        }
    }

    private static void Inlines(StringBuilder html, ContainerInline? inlines, Func<string, string, int, string?> cited, int depth)
    {
        if (depth > Deepest) throw new TooDeepException();
        foreach (var inline in inlines ?? [])
        {
            switch (inline)
            {
                case LiteralInline literal:
                    html.Append(Citation().Replace(Text(literal.Content.ToString()), m =>
                        cited(m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Success ? m.Groups[3].Value[0] - '1' : 0) ?? m.Value));
                    break;
                case LineBreakInline:
                    html.Append("<br>");
                    break;
                case CodeInline code:
                    html.Append("<code>").Append(Text(code.Content)).Append("</code>");
                    break;
                case MathInline formula:
                    html.Append("<span class=\"formula\">").Append(Text(formula.Content.ToString())).Append("</span>");
                    break;
                case HtmlEntityInline entity:
                    html.Append(Text(entity.Transcoded.ToString()));
                    break;
                case AutolinkInline link:
                    Link(html, link.IsEmail ? $"mailto:{link.Url}" : link.Url, () => html.Append(Text(link.Url)));
                    break;
                case LinkInline { IsImage: true } picture:
                    Inlines(html, picture, cited, depth + 1);
                    break;
                case LinkInline link:
                    Link(html, link.Url, () => Inlines(html, link, cited, depth + 1));
                    break;
                case EmphasisInline emphasis:
                    var tag = emphasis.DelimiterCount == 2 ? "strong" : "em";
                    html.Append('<').Append(tag).Append('>');
                    Inlines(html, emphasis, cited, depth + 1);
                    html.Append("</").Append(tag).Append('>');
                    break;
                case ContainerInline other:
                    Inlines(html, other, cited, depth + 1);
                    break;
                default:
                    html.Append(Text(inline.ToString() ?? ""));
                    break;
            }
        }
    }

    /// <summary>A link that may not lead anywhere is its words.</summary>
    private static void Link(StringBuilder html, string? url, Action words)
    {
        var leads = Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeMailto);
        if (leads) html.Append("<a target=\"_blank\" rel=\"noopener noreferrer\" href=\"").Append(Text(uri!.AbsoluteUri)).Append("\">");
        words();
        if (leads) html.Append("</a>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    // Letters, digits and hyphens are the same in HTML.
    [GeneratedRegex("@(fig|tbl):([a-z][a-z0-9-]*[a-z0-9])(?::([1-4]))?", RegexOptions.NonBacktracking)]
    private static partial Regex Citation();

    private sealed class TooDeepException : Exception;
}
