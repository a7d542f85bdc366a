using KvLab.Core.Settings;

namespace KvLab.Web.Reports;

/// <summary>A report's words and choices as scripts write them.</summary>
internal static class ReportRequestReader
{
    public static ReportRequest Read(JsonFields fields)
    {
        fields.AllowOnly("title", "author", "members", "course", "runs", "labels", "hypothesis", "method", "figures", "pictures", "answers", "conclusion", "paper");
        var standard = new ReportRequest();
        var request = new ReportRequest
        {
            Title = fields.Text("title") ?? standard.Title,
            Author = fields.Text("author"),
            Members = fields.Texts("members") ?? standard.Members,
            Course = fields.Text("course"),
            Runs = fields.Texts("runs") ?? standard.Runs,
            Labels = fields.Texts("labels") ?? standard.Labels,
            Hypothesis = fields.Text("hypothesis"),
            Method = fields.Text("method"),
            Figures = fields.Texts("figures"),
            Pictures = fields.Texts("pictures") ?? standard.Pictures,
            Answers = fields.Texts("answers") ?? standard.Answers,
            Conclusion = fields.Text("conclusion"),
            Paper = fields.Text("paper") ?? standard.Paper,
        };
        if (request.Paper is not ("A4" or "Letter")) fields.Add("paper", $"must be A4 or Letter, but is \"{request.Paper}\".");
        if (request.Runs.Count > ReportRequest.MostRuns) fields.Add("runs", $"must name at most {ReportRequest.MostRuns} runs, but names {request.Runs.Count}.");
        if (request.Labels.Count > ReportRequest.MostRuns) fields.Add("labels", $"must have at most {ReportRequest.MostRuns} entries, one for each run, but has {request.Labels.Count}.");
        if (request.Members.Count > ReportRequest.MostMembers) fields.Add("members", $"must name at most {ReportRequest.MostMembers} people, but names {request.Members.Count}.");
        if (request.Pictures.Count > ReportRequest.MostPictures) fields.Add("pictures", $"must name at most {ReportRequest.MostPictures} pictures, but names {request.Pictures.Count}.");
        foreach (var (text, field) in new[] { (request.Title, "title"), (request.Author, "author"), (request.Course, "course") })
            if (text?.Length > ReportRequest.LongestTitle) fields.Add(field, $"must have at most {ReportRequest.LongestTitle} characters.");
        if (request.Members.Any(m => m.Length > ReportRequest.LongestTitle)) fields.Add("members", $"must have at most {ReportRequest.LongestTitle} characters each.");
        if (request.Labels.Any(l => l.Length > ReportRequest.LongestLabel)) fields.Add("labels", $"must have at most {ReportRequest.LongestLabel} characters each.");
        if (request.Answers.Any(a => a.Length > ReportRequest.LongestText)) fields.Add("answers", $"must have at most {ReportRequest.LongestText} characters each.");
        foreach (var (text, field) in new[] { (request.Hypothesis, "hypothesis"), (request.Method, "method"), (request.Conclusion, "conclusion") })
            if (text?.Length > ReportRequest.LongestText) fields.Add(field, $"must have at most {ReportRequest.LongestText} characters.");
        return request;
    }
}
