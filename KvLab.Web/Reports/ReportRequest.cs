using System.Text.Json.Serialization;

namespace KvLab.Web.Reports;

/// <summary>What a student wants in a report. Everything has a default: an empty request gives all figures of the run and no words of one's own.</summary>
public sealed record ReportRequest
{
    public const int LongestText = 20_000;
    public const int LongestTitle = 500;

    /// <summary>Each is read with all its samples.</summary>
    public const int MostRuns = 4;

    public const int MostPictures = 12;

    public const int MostMembers = 20;

    /// <summary>So that a legend has room for it and for what is drawn of its run.</summary>
    public const int LongestLabel = 50;

    public string Title { get; init; } = "Replication lab report";
    public string? Author { get; init; }

    /// <summary>Names of the group's other members.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    public string? Course { get; init; }

    /// <summary>Ids of the runs, in order; the first is the main one.</summary>
    public IReadOnlyList<string> Runs { get; init; } = [];

    /// <summary>What the student calls each run, by position; where there is none, the run's own name stands.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What is expected, and why: written before the results, and stands before them. Markdown, as all texts below.</summary>
    public string? Hypothesis { get; init; }

    /// <summary>What was done, in the student's words; the settings of every run are added as a table.</summary>
    public string? Method { get; init; }

    /// <summary>Ids of the figures to include; null for all.</summary>
    public IReadOnlyList<string>? Figures { get; init; }

    /// <summary>Ids of pictures that were put aside (<c>/api/pictures</c>), in the order in which the report shows them.</summary>
    public IReadOnlyList<string> Pictures { get; init; } = [];

    /// <summary>Answers to <see cref="GuidingQuestions"/>, by position; missing ones are left out.</summary>
    public IReadOnlyList<string> Answers { get; init; } = [];

    public string? Conclusion { get; init; }

    /// <summary><c>A4</c> or <c>Letter</c>.</summary>
    public string Paper { get; init; } = "A4";

    /// <summary>Whose clock its times are told by: that of the browser it was written in. A script has none, and gets UTC.</summary>
    [JsonIgnore] public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    public static IReadOnlyList<string> GuidingQuestions { get; } =
    [
        "Why does latency rise with the write quorum W?",
        "What did the replicas show when the last client was answered (t = 0), and why?",
        "What did the replicas show after settling, and why?",
        "What did naive mode lose, if you ran it?",
        "Which W would you choose for a shop's order book, and which for a page counter?",
    ];
}
