using KvLab.Tests.Hostile;
using KvLab.Web.Reports;
using Xunit;

namespace KvLab.Tests.Experiments;

/// <summary>A student's own words in a report: what Markdown gives, and what nothing gives.</summary>
[Trait("Category", "Unit")]
public sealed class MarkdownHtmlTests
{
    /// <summary>So much more may the double cost: a quadratic reader takes four times as long.</summary>
    private const double MostGrowth = 3;

    private static string Html(string text) => MarkdownHtml.Of(text, (kind, id, run) => (kind, id, run) switch
    {
        ("fig", "percentiles", 0) => "Figure 3",
        ("fig", "percentiles", 1) => "Figure 9",
        ("tbl", "latency", 0) => "Table 2",
        _ => null,
    });

    [Theory]
    [InlineData("One.\n\nTwo\nlines.", "<p>One.</p><p>Two<br>lines.</p>")]
    [InlineData("*a* and **b**", "<p><em>a</em> and <strong>b</strong></p>")]
    [InlineData("- one\n- two\n  1. deeper", "<ul><li>one</li><li>two<ol><li>deeper</li></ol></li></ul>")]
    [InlineData("3. three\n4. four", "<ol start=\"3\"><li>three</li><li>four</li></ol>")]
    [InlineData("`a < b`", "<p><code>a &lt; b</code></p>")]
    [InlineData("```\na\n  b\n```", "<pre><code>a\n  b</code></pre>")]
    [InlineData("The mean is $a + (b-a) \\cdot W_1 * x_2 * y$.", "<p>The mean is <span class=\"formula\">a + (b-a) \\cdot W_1 * x_2 * y</span>.</p>")]
    [InlineData("It costs $5 and then $10.", "<p>It costs $5 and then $10.</p>")]
    [InlineData("# Large", "<h4>Large</h4>")]
    [InlineData("> quoted", "<blockquote><p>quoted</p></blockquote>")]
    [InlineData("W < N & W > 0", "<p>W &lt; N &amp; W &gt; 0</p>")]
    [InlineData("AT&amp;T &lt;b&gt;", "<p>AT&amp;T &lt;b&gt;</p>")]
    [InlineData("", "")]
    public void Markdown_gives_what_a_report_needs(string text, string html) => Assert.Equal(html, Html(text));

    [Theory]
    [InlineData("See @fig:percentiles and @tbl:latency.", "<p>See Figure 3 and Table 2.</p>")]
    [InlineData("@fig:percentiles:2", "<p>Figure 9</p>")]
    [InlineData("@fig:gone, @tbl:percentiles, @fig:percentiles:4", "<p>@fig:gone, @tbl:percentiles, @fig:percentiles:4</p>")]
    [InlineData("`@fig:percentiles`", "<p><code>@fig:percentiles</code></p>")]
    public void A_code_becomes_the_number_of_its_figure(string text, string html) =>
        Assert.Equal(html, Html(text));

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("a <img src=x onerror=alert(1)> b")]
    [InlineData("<div onclick=alert(1)>\n\nx\n\n</div>")]
    [InlineData("<!-- x --><style>p{}</style>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x](&#106;avascript:alert(1))")]
    [InlineData("[x](\u0001javascript:alert(1))")]
    [InlineData("[x](<java\tscript:alert(1)>)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[x](data:text/html;base64,PHNjcmlwdD4=)")]
    [InlineData("![x](data:image/svg+xml,<svg/onload=alert(1)>)")]
    [InlineData("![x](http://elsewhere/pixel.png)")]
    [InlineData("[x](file:///etc/passwd) [y](//elsewhere/x) [z](/api/cluster/reset)")]
    [InlineData("[x][r]\n\n[r]: vbscript:x")]
    [InlineData("```\"><script>\nx\n```")]
    [InlineData("$<script>$ $$<img>$$")]
    public void Nothing_runs_and_nothing_is_loaded(string text)
    {
        var html = Html(text);
        foreach (var tag in html.Split('<').Skip(1))
            Assert.Matches("^/?(p|code|pre|span|br|em|strong|ul|ol|li)[ >]", tag);
        Assert.DoesNotContain("href", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[x](https://example.org/a?b=1&c=\"2\")", "https://example.org/a?b=1&amp;c=%222%22")]
    [InlineData("[x](http://example.org \"a title\")", "http://example.org/")]
    [InlineData("<ada@example.org>", "mailto:ada@example.org")]
    public void A_link_leads_to_the_web_or_to_a_mailbox(string text, string address) =>
        Assert.Contains($"rel=\"noopener noreferrer\" href=\"{address}\">", Html(text), StringComparison.Ordinal);

    public static TheoryData<string> Parts =>
        ["- ", "+ ", "> ", "1. ", "[", "![", "*a ", "**", "_a", "`", "$", "$a", "<", "<a", "&#", "\\", "[a](", "[a]: b\n", "\n", "a\n", "- a\n", "@fig:", "> - ", "*a_ ", "](", "~~~\n", "$$\n", "``a`"];

    [Theory, MemberData(nameof(Parts))]
    public void A_text_of_twice_the_length_costs_no_three_times_as_much(string part)
    {
        var half = string.Concat(Enumerable.Repeat(part, ReportRequest.LongestText / 2 / part.Length));
        var (single, twice) = (Cost.Of(() => Html(half)), Cost.Of(() => Html(half + half)));
        for (var look = 0; look < 5 && twice.Seconds > MostGrowth * single.Seconds; look++) (single, twice) = (Cost.Of(() => Html(half)), Cost.Of(() => Html(half + half)));
        Assert.True(twice.Seconds <= MostGrowth * single.Seconds || twice.Seconds < 0.002, $"{part}: {single.Seconds * 1000:0.00} ms, for twice the length {twice.Seconds * 1000:0.00} ms");
    }

    [Theory, MemberData(nameof(Parts))]
    public void As_many_marks_as_are_read_cost_little(string part)
    {
        var marks = Math.Max(1, part.Count(c => "*_[>".Contains(c, StringComparison.Ordinal)));
        var text = string.Concat(Enumerable.Repeat(part, Math.Min(MarkdownHtml.MostMarks / marks, ReportRequest.LongestText / part.Length)));
        Assert.InRange(Cost.Of(() => Html(text)).Seconds, 0, 0.05);
    }

    [Theory]
    [InlineData("- ")]
    [InlineData("> ")]
    [InlineData("1. ")]
    public void Ten_thousand_levels_stand_as_they_were_typed(string level)
    {
        var text = string.Concat(Enumerable.Repeat(level, 10_000))[..(ReportRequest.LongestText - 2)] + "x";
        Assert.InRange(Cost.Of(() => Html(text)).Seconds, 0, 0.05);
        Assert.Equal($"<p>{text.Replace(">", "&gt;", StringComparison.Ordinal)}</p>", Html(text));
    }

    [Fact]
    public void A_text_beyond_the_limit_is_cut() =>
        Assert.Equal(ReportRequest.LongestText, Html(new string('x', 3 * ReportRequest.LongestText)).Count(c => c == 'x'));
}
