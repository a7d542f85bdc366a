using System.Globalization;
using System.Net;
using System.Text;
using KvLab.Core.Experiments;
using KvLab.Core.Wire;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Csv;
using KvLab.Web.Pictures;

namespace KvLab.Web.Reports;

/// <summary>
/// A lab report as one self-contained HTML file, in the order in which one is graded: hypothesis, method, results, discussion, conclusion, origin of the
/// numbers. Styles, figures and tables are inside, nothing is loaded from anywhere, and it prints with page numbers. Pure: the same runs and words give
/// the same bytes.
/// </summary>
public static class ReportBuilder
{
    public static string Build(ReportRequest request, IReadOnlyList<ExperimentRun> runs) => Build(request, ReportContents.Of(request, runs));

    /// <param name="addressOf">Of a picture, where the document is shown beside the lab; null: all pictures are inside, so that the file needs nothing else.</param>
    public static string Build(ReportRequest request, ReportContents contents, Func<Picture, string>? addressOf = null) =>
        new Document(request, contents, addressOf is null ? p => $"data:image/png;base64,{Convert.ToBase64String(p.Png)}" : p => addressOf(p.Picture)).Html();

    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    private sealed class Document(ReportRequest request, ReportContents contents, Func<PictureFile, string> addressOf)
    {
        private readonly StringBuilder _html = new();
        private int _sections;

        public string Html()
        {
            _html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .Append(Inv($"<title>{Text(request.Title)}</title><style>{ReportStyle.Css(request.Paper, request.Title)}</style></head><body><main>"));
            Head();
            if (!string.IsNullOrWhiteSpace(request.Hypothesis)) Section("Hypothesis", () => Words(request.Hypothesis));
            Section("Method", Method);
            Section("Results", Results);
            if (contents.Photos.Any()) Section("Observations", Observations);
            Discussion();
            if (!string.IsNullOrWhiteSpace(request.Conclusion)) Section("Conclusion", () => Words(request.Conclusion));
            Section("Origin of the numbers", Origin, "provenance");
            return _html.Append("</main></body></html>").ToString();
        }

        private void Section(string title, Action content, string? name = null)
        {
            _html.Append(Inv($"<section{(name is null ? "" : $" class=\"{name}\"")}><h2>{++_sections}. {title}</h2>"));
            content();
            _html.Append("</section>");
        }

        private void Head()
        {
            _html.Append(Inv($"<header><h1>{Text(request.Title)}</h1>"));
            var people = new[] { request.Author }.Concat(request.Members).Where(p => !string.IsNullOrWhiteSpace(p)).Select(p => p!.Trim()).Distinct(StringComparer.Ordinal);
            if (Joined(people, ", ") is { Length: > 0 } group) _html.Append(Inv($"<p class=\"by\">{group}</p>"));
            var measured = contents.Runs is [var (_, _, run), ..] ? $"{(run.Environment.Simulation is null ? "measured" : "simulated")} on {ZonedTime.Text(run.StartedAt, request.Zone, "d MMMM yyyy")}" : null;
            _html.Append(Inv($"<p class=\"by\">{Joined(new[] { request.Course, measured }.OfType<string>().Where(s => !string.IsNullOrWhiteSpace(s)), " · ")}</p></header>"));
        }

        private static string Joined(IEnumerable<string> texts, string between) => string.Join(between, texts.Select(Text));

        private void Method()
        {
            if (!string.IsNullOrWhiteSpace(request.Method)) Words(request.Method);
            foreach (var (index, name, run) in contents.Runs) Sentences(index, run, ofMethod: true, contents.Runs.Count > 1 ? name : null);
            if (contents.Runs.Any(r => r.Run.Points.Count > 0)) _html.Append(Inv($"<p>{Text(Reports.Sentences.ClosedLoop)}</p>"));
            if (contents.Find(ReportContents.Settings, 0) is { } settings) _html.Append(ReportTables.Settings(settings, contents.Runs));
        }

        private void Results()
        {
            foreach (var (index, name, run) in contents.Runs)
            {
                _html.Append(Inv($"<section class=\"run\"><h3>{Text(name)}</h3>"));
                Sentences(index, run, ofMethod: false, null);
                Findings(run);
                if (run.Points.Count > 0) Numbers(index, name, run);
                _html.Append("</section>");
            }

            if (contents.Find(ReportContents.Comparison, 0) is not { } both) return;
            _html.Append(Inv($"<section><h3>Comparison</h3><p>{both.Name} shows {Text(contents.Runs[0].Name)} and {Text(contents.Runs[1].Name)} together.</p>"));
            Picture(both, "runs", null);
            _html.Append("</section>");
        }

        private void Numbers(int index, string name, ExperimentRun run)
        {
            var (latency, work, replicas) = (contents.Find(ReportContents.Latency, index)!, contents.Find(ReportContents.Work, index)!, contents.Find(ReportContents.Replicas, index)!);
            var of = contents.Runs.Count > 1 ? name : null;
            _html.Append(Inv($"<h4>Write latency</h4><p>{latency.Name} has the latencies and {work.Name} the counts of every point.{Seen(contents.Figures(index, ofConvergence: false))}</p>"))
                .Append(ReportTables.Latency(latency, run, of)).Append(ReportTables.Work(work, run, of));
            foreach (var figure in contents.Figures(index, ofConvergence: false)) Picture(figure, run.Id, of);
            _html.Append(Inv($"<h4>Convergence</h4><p>{replicas.Name} compares the followers with the leader at three moments.{Seen(contents.Figures(index, ofConvergence: true))}</p>"))
                .Append(ReportTables.Replicas(replicas, run, of));
            foreach (var figure in contents.Figures(index, ofConvergence: true)) Picture(figure, run.Id, of);
        }

        private static string Seen(IEnumerable<Exhibit> figures) => figures.ToList() switch
        {
            [] => "",
            [var only] => Inv($" Figure {only.Number} shows more."),
            [var first, var second] => Inv($" Figures {first.Number} and {second.Number} show more."),
            [var first, .., var last] => Inv($" Figures {first.Number} to {last.Number} show more."),
        };

        /// <summary>Each with the tables and figures that show it. What is true of every run is said once, behind them.</summary>
        private void Sentences(int index, ExperimentRun run, bool ofMethod, string? name)
        {
            var sentences = Reports.Sentences.Cited(run).Where(s => s.OfMethod == ofMethod && s.Text != Reports.Sentences.ClosedLoop).ToList();
            if (sentences.Count == 0) return;
            _html.Append(name is null ? "<ul class=\"sentences\">" : Inv($"<p class=\"run-name\">{Text(name)}:</p><ul class=\"sentences\">"));
            foreach (var sentence in sentences)
            {
                var seen = sentence.Shown.Select(id => contents.Find(id, id == ReportContents.Settings ? 0 : index)?.Name).OfType<string>().ToList();
                var text = Text(sentence.Text);
                _html.Append("<li>").Append(seen.Count == 0 ? text : $"{text.TrimEnd('.')} ({string.Join(", ", seen)}).").Append("</li>");
            }

            _html.Append("</ul>");
        }

        /// <summary>The same finding at several points is one block.</summary>
        private void Findings(ExperimentRun run)
        {
            if (run.Findings.Count == 0) return;
            _html.Append("<h4>Check these first</h4>");
            foreach (var same in run.Findings.GroupBy(f => (f.Kind, f.Severity)).OrderByDescending(g => g.Key.Severity))
            {
                _html.Append(Inv($"<div class=\"finding {same.Key.Severity.ToString().ToLowerInvariant()}\"><p><strong>{same.Key.Severity}:</strong> {Text(same.First().Sentence)}</p>"));
                if (same.Skip(1).Any()) _html.Append("<ul>").AppendJoin("", same.Skip(1).Select(f => $"<li>{Text(f.Sentence)}</li>")).Append("</ul>");
                _html.Append("</div>");
            }
        }

        /// <param name="of">What it is of; two runs have figures of the same name.</param>
        /// <param name="name">Of its run, where there are several.</param>
        private void Picture(Exhibit exhibit, string of, string? name)
        {
            var figure = exhibit.Figure!;
            _html.Append(Inv($"<figure id=\"{Text(of)}-{figure.Id}\">{FigureSvg.Draw(figure, titled: false)}"))
                .Append(Inv($"<figcaption><strong>{exhibit.Name}:</strong> {Text(figure.Title)}{(name is null ? "" : $", {Text(name)}")}. {Text(figure.Caption)}</figcaption></figure>"));
        }

        /// <summary>What was seen, with what was in it and where it can be seen again.</summary>
        private void Observations()
        {
            foreach (var exhibit in contents.Photos)
            {
                var (picture, table) = (exhibit.Photo!.Picture, contents.TableOf(exhibit));
                var taken = Inv($"Taken {At(picture.TakenAt, "yyyy-MM-dd HH:mm:ss")}.");
                _html.Append(Inv($"<figure id=\"{exhibit.Id}\"><img alt=\"{Text(picture.Caption)}\" src=\"{Text(addressOf(exhibit.Photo))}\">"))
                    .Append(Inv($"<figcaption><strong>{exhibit.Name}:</strong> {Text(picture.Caption.TrimEnd('.'))}. {taken}{(table is null ? "" : $" {table.Name} has what is in it.")}"))
                    .Append(picture.Link is null ? "" : Inv($" To see it again: <a href=\"{Text(picture.Link)}\">{Text(picture.Link)}</a>")).Append("</figcaption></figure>");
                if (table is not null) _html.Append(ReportTables.OfPicture(table, picture.Table, exhibit));
            }
        }

        private void Discussion()
        {
            var answered = ReportRequest.GuidingQuestions.Zip(request.Answers).Where(p => !string.IsNullOrWhiteSpace(p.Second)).ToList();
            if (answered.Count == 0) return;
            Section("Discussion", () =>
            {
                foreach (var (question, answer) in answered)
                {
                    _html.Append(Inv($"<h3>{Text(question)}</h3>"));
                    Words(answer);
                }
            });
        }

        private void Words(string text) => _html.Append("<div class=\"words\">").Append(MarkdownHtml.Of(text, contents.Cited)).Append("</div>");

        private void Origin()
        {
            foreach (var (_, name, run) in contents.Runs)
            {
                _html.Append(Inv($"<h3>{Text(name)}</h3><dl><dt>Run</dt><dd>{Text(run.Id)}, {run.State.ToString().ToLowerInvariant()}, started {At(run.StartedAt, "yyyy-MM-dd HH:mm:ss")}{(run.EndedAt is { } end ? Inv($", ended {At(end, "HH:mm:ss")}") : "")}</dd>"))
                    .Append(Inv($"<dt>Software</dt><dd>KvLab {Text(run.Environment.Software)}</dd><dt>Machine</dt><dd>{Text(run.Environment.Machine)}</dd>"))
                    .Append(run.Environment.Simulation is { } simulation ? Inv($"<dt>Time</dt><dd>{simulation}</dd>") : "")
                    .Append(Inv($"<dt>Raw data</dt><dd><code>GET /api/experiments/{Text(run.Id)}/samples.csv</code>, SHA-256 of that file <code class=\"hash\">{RunCsv.Checksum(run)}</code></dd></dl>"));
            }

            _html.Append("<p>Percentiles are nearest-rank over all samples. Predictions are exact order statistics of the delay distribution (David and Nagaraja, Order Statistics). ")
                .Append("If the theory is right, the bands hold for all points of a run together with 95 % probability (Bonferroni); half of the calibrated overhead is added to them.</p>");
        }

        private string At(DateTimeOffset at, string format) => $"{ZonedTime.Text(at, request.Zone, format)} {Text(ZonedTime.NameOf(request.Zone, at))}";

        private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
