using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Settings;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Reports;
using Xunit;

namespace KvLab.Tests.Experiments;

/// <summary>A report as a teacher reads it: what stands where, by which number it is cited, and whether it can be read without colours.</summary>
[Trait("Category", "Unit")]
public sealed class ReportTests
{
    private static readonly ExperimentPlan Small = new() { Name = "Small", Writes = 60, Keys = 5, Concurrency = 5, MaxDelayMs = 1000, Quorums = [1, 2, 3, 4, 5], WarmUpWrites = 0 };
    private static readonly Lazy<ExperimentRun> First = new(() => WorldExperiment.Run(Small) with { Id = "first" });
    private static readonly Lazy<ExperimentRun> Second = new(() => WorldExperiment.Run(Small with { Sweep = new Sweep(SweepAxis.Versioning, ["versioned", "naive"]) }) with { Id = "second" });

    private static IDocument Report(ReportRequest request, params ExperimentRun[] runs) => new HtmlParser().ParseDocument(ReportBuilder.Build(request, runs));

    private static List<string> Captions(IDocument report, string selector) => [.. report.QuerySelectorAll(selector).Select(e => e.TextContent)];

    [Fact]
    public void Every_figure_and_table_has_a_number_in_the_order_of_the_document_a_caption_and_a_mention()
    {
        var report = Report(new ReportRequest { Runs = ["first", "second"] }, First.Value, Second.Value);
        foreach (var (kind, thing, caption) in new[] { ("Figure", "figure", "figure > figcaption"), ("Table", "table", "table > caption") })
        {
            var captions = Captions(report, caption);
            Assert.Equal(report.QuerySelectorAll(thing).Length, captions.Count);
            Assert.All(captions.Select((text, i) => (text, i)), c => Assert.Matches($"^{kind} {c.i + 1}: .{{20,}}", c.text));
            // Everything is named in the text, not only in its caption; from … to names what lies between.
            var text = string.Join(' ', report.QuerySelectorAll("p, li").Select(e => e.TextContent));
            foreach (Match span in Regex.Matches(text, "Figures ([0-9]+) (?:to|and) ([0-9]+)"))
                for (var n = int.Parse(span.Groups[1].Value, CultureInfo.InvariantCulture); n <= int.Parse(span.Groups[2].Value, CultureInfo.InvariantCulture); n++) text += $" Figure {n} ";
            for (var n = 1; n <= captions.Count; n++) Assert.Matches($"{kind} {n}\\b", text);
        }
    }

    [Fact]
    public void Hypothesis_and_method_stand_before_the_results_and_the_words_after_them()
    {
        var request = new ReportRequest
        {
            Runs = ["first"],
            Author = "Ada",
            Members = ["Grace", "Ada", " Edsger "],
            Course = "Systems",
            Hypothesis = "It *rises*.",
            Method = "We ran it.",
            Answers = ["Because, see @fig:quorum-latency."],
            Conclusion = "Done.",
            Labels = ["Monday"],
        };
        var report = Report(request, First.Value);
        Assert.Equal(["1. Hypothesis", "2. Method", "3. Results", "4. Discussion", "5. Conclusion", "6. Origin of the numbers"], Captions(report, "h2"));
        Assert.Equal("Ada, Grace, Edsger", report.QuerySelector(".by")!.TextContent);
        Assert.Contains("It <em>rises</em>.", report.QuerySelector("section")!.InnerHtml, StringComparison.Ordinal);
        Assert.Equal("Monday", report.QuerySelector("section.run h3")!.TextContent);
        Assert.Contains("see Figure 1.", report.Body!.TextContent, StringComparison.Ordinal);
        Assert.StartsWith("Figure 1: Write quorum against mean latency.", Captions(report, "#first-quorum-latency figcaption")[0], StringComparison.Ordinal);
        Assert.Equal(["1. Method", "2. Results", "3. Origin of the numbers"], Captions(Report(new ReportRequest(), First.Value), "h2"));
    }

    [Fact]
    public void A_code_follows_its_figure_when_another_is_left_out()
    {
        var words = new ReportRequest { Conclusion = "See @fig:distribution." };
        Assert.Contains("See Figure 4.", Report(words, First.Value).Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("See Figure 2.", Report(words with { Figures = ["percentiles", "distribution"] }, First.Value).Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("See @fig:distribution.", Report(words with { Figures = ["percentiles"] }, First.Value).Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_have_two_names_and_every_figure_says_whose_it_is()
    {
        var labelled = Report(new ReportRequest { Labels = ["Monday <1>", "Tuesday"] }, First.Value, Second.Value);
        Assert.Contains(Captions(labelled, "figcaption"), c => c.Contains("Percentiles of write latency, Tuesday.", StringComparison.Ordinal));
        Assert.Contains("Monday <1> measured", labelled.QuerySelector("#runs-comparison")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(["Small (run 1)", "Small (run 2)"], Captions(Report(new ReportRequest(), First.Value, Second.Value), "section.run > h3"));
    }

    [Theory]
    [InlineData("{\"members\":[\"Ada\"],\"labels\":[\"Monday\"],\"hypothesis\":\"h\",\"method\":\"m\"}", "")]
    [InlineData("{\"members\":\"Ada\"}", "members must be a list of strings.")]
    [InlineData("{\"labels\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}", "labels must have at most 4 entries, one for each run, but has 5.")]
    [InlineData("{\"labels\":[\"LONG\"]}", "labels must have at most 50 characters each.")]
    [InlineData("{\"hypothesis\":\"LONG\"}", "hypothesis must have at most 20000 characters.")]
    [InlineData("{\"hypotheses\":\"\"}", "hypotheses is not a known field")]
    public void Words_that_scripts_send_are_held_against_their_limits(string body, string error)
    {
        var errors = new FieldErrors();
        using var json = JsonObjectText.Parse(Encoding.UTF8.GetBytes(body.Replace("LONG", new string('x', 20_001), StringComparison.Ordinal)), errors);
        var words = ReportRequestReader.Read(new JsonFields(json!.RootElement, errors));
        if (error.Length == 0) Assert.Equal(("Ada", "Monday", "h", "m", 0), (words.Members[0], words.Labels[0], words.Hypothesis, words.Method, errors.All.Count));
        else Assert.StartsWith(error, Assert.Single(errors.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_title_cannot_end_the_style()
    {
        var html = ReportBuilder.Build(new ReportRequest { Title = "\"; } </style><script>x</script> \\ ü 😀" + new string('x', 200) }, [First.Value]);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("content: \"\\22 \\3b  \\7d  \\3c \\2f style\\3e ", html, StringComparison.Ordinal);
        Assert.Contains("\\fc  \\1f600 xxx", html, StringComparison.Ordinal);
        Assert.Contains("counter(page)", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Series_of_a_figure_can_be_told_apart_without_their_colours()
    {
        foreach (var figure in RunFigures.All(First.Value).Concat(RunFigures.All(Second.Value)).Append(RunFigures.Comparison(First.Value, Second.Value)))
        {
            var marks = figure.Series.Where(s => s.InLegend && s.Mark is not (Mark.Band or Mark.Bars))
                .Select(s => (FigureMarks.HasSymbols(s) ? FigureMarks.SymbolOf(figure, s) : -1, s.Dashed ? FigureMarks.DashOf(figure, s) : -1)).ToList();
            Assert.Equal(marks.Count, marks.Distinct().Count());
            var bars = figure.Series.Where(s => s.Mark == Mark.Bars).ToList();
            if (bars.Count > 1) Assert.Contains("stroke=\"#ffffff\" stroke-width=\"1.8\"", FigureSvg.Draw(figure), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_label_of_an_axis_leaves_the_picture()
    {
        var wide = new Figure("f", "F", "", new Axis("ms"), new Axis("count", Whole: true), [new FigureSeries("a", Mark.Line, [0, 1000], [0, 5_000_000], 1)]);
        var picture = new HtmlParser().ParseDocument(FigureSvg.Draw(wide));
        foreach (var label in picture.QuerySelectorAll("text[text-anchor]"))
        {
            if (label.GetAttribute("x") is not { } at) continue;
            var (x, half) = (double.Parse(at, CultureInfo.InvariantCulture), label.TextContent.Length * 7.5 / 2);
            Assert.InRange(label.GetAttribute("text-anchor") == "end" ? x - 2 * half : x - half, 20, 760);
            Assert.InRange(label.GetAttribute("text-anchor") == "end" ? x : x + half, 0, 760);
        }
    }
}
