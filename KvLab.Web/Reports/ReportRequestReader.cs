using KvLab.Core.Settings;

namespace KvLab.Web.Reports;

/// <summary>A report's words and choices as scripts write them.</summary>
internal static class ReportRequestReader
{
    public static ReportRequest Read(JsonFields fields)
    {
        fields.AllowOnly("title", "author", "course", "runs", "figures", "answers", "conclusion", "paper");
        var standard = new ReportRequest();
        var request = new ReportRequest
        {
            Title = fields.Text("title") ?? standard.Title,
            Author = fields.Text("author"),
            Course = fields.Text("course"),
            Runs = fields.Texts("runs") ?? standard.Runs,
            Figures = fields.Texts("figures"),
            Answers = fields.Texts("answers") ?? standard.Answers,
            Conclusion = fields.Text("conclusion"),
            Paper = fields.Text("paper") ?? standard.Paper,
        };
        if (request.Paper is not ("A4" or "Letter")) fields.Add("paper", $"must be A4 or Letter, but is \"{request.Paper}\".");
        if (request.Runs.Count > ReportRequest.MostRuns) fields.Add("runs", $"must name at most {ReportRequest.MostRuns} runs, but names {request.Runs.Count}.");
        foreach (var (text, field) in new[] { (request.Title, "title"), (request.Author, "author"), (request.Course, "course") })
            if (text?.Length > ReportRequest.LongestTitle) fields.Add(field, $"must have at most {ReportRequest.LongestTitle} characters.");
        if (request.Answers.Any(a => a.Length > ReportRequest.LongestText)) fields.Add("answers", $"must have at most {ReportRequest.LongestText} characters each.");
        if (request.Conclusion?.Length > ReportRequest.LongestText) fields.Add("conclusion", $"must have at most {ReportRequest.LongestText} characters.");
        return request;
    }
}
