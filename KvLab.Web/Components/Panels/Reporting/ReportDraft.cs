using KvLab.Web.Reports;

namespace KvLab.Web.Components.Panels.Reporting;

/// <summary>
/// A report's words and choices while somebody writes them. Kept in the browser for good, per run, because a report is written over days.
/// </summary>
public sealed record ReportDraft
{
    public string Title { get; init; } = new ReportRequest().Title;
    public string Author { get; init; } = "";

    /// <summary>The group's other members as they are typed: names with commas between them.</summary>
    public string Members { get; init; } = "";
    public string Course { get; init; } = "";

    /// <summary>A second run; empty for none.</summary>
    public string Second { get; init; } = "";

    /// <summary>What the student calls the main run; empty for its own name.</summary>
    public string Label { get; init; } = "";
    public string SecondLabel { get; init; } = "";
    public string Hypothesis { get; init; } = "";
    public string Method { get; init; } = "";

    /// <summary>Ids of the figures and pictures that are left out; what a run gains later is in by itself.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>By position, as many as there are guiding questions.</summary>
    public IReadOnlyList<string> Answers { get; init; } = [.. ReportRequest.GuidingQuestions.Select(_ => "")];
    public string Conclusion { get; init; } = "";
    public string Paper { get; init; } = "A4";

    /// <summary>As it was stored, by this version or an older one with other questions.</summary>
    public ReportDraft Mended() => this with
    {
        Answers = [.. ReportRequest.GuidingQuestions.Select((_, i) => i < Answers.Count ? Answers[i] ?? "" : "")],
        Paper = Paper == "Letter" ? "Letter" : "A4",
    };

    public ReportDraft WithAnswer(int question, string answer) => this with { Answers = [.. Answers.Select((a, i) => i == question ? answer : a)] };

    public ReportDraft Toggle(string figure) =>
        this with { Without = Without.Contains(figure) ? [.. Without.Where(f => f != figure)] : [.. Without, figure] };

    /// <param name="run">The main run.</param>
    /// <param name="figures">Ids of all figures of the chosen runs.</param>
    /// <param name="pictures">Ids of the pictures that this browser put aside.</param>
    /// <param name="zone">Of the clock that its times are told by.</param>
    public ReportRequest Request(string run, IEnumerable<string> figures, IEnumerable<string> pictures, TimeZoneInfo zone) => new()
    {
        Zone = zone,
        Title = string.IsNullOrWhiteSpace(Title) ? new ReportRequest().Title : Title,
        Author = Author,
        Members = [.. Members.Split([',', ';', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(ReportRequest.MostMembers)],
        Course = Course,
        Labels = [Label, SecondLabel],
        Hypothesis = Hypothesis,
        Method = Method,
        Runs = Second.Length > 0 ? [run, Second] : [run],
        Figures = Without.Count == 0 ? null : [.. figures.Except(Without)],
        Pictures = [.. pictures.Except(Without).Take(ReportRequest.MostPictures)],
        Answers = Answers,
        Conclusion = Conclusion,
        Paper = Paper,
    };
}
