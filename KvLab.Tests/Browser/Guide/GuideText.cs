using System.Text.RegularExpressions;
using KvLab.Tests.Architecture;

namespace KvLab.Tests.Browser.Guide;

public enum GuideStepKind { Do, See, Question }

/// <summary>One marked step of a text, and where it stands.</summary>
public sealed record GuideStep(string File, int Line, GuideStepKind Kind, string Text)
{
    public override string ToString() => $"{File}:{Line}: {Kind}: {Text}";
}

/// <param name="Title">The heading above its steps.</param>
public sealed record GuideLab(string File, string Title, IReadOnlyList<GuideStep> Steps)
{
    public string Name => $"{File}: {Title}";
}

/// <summary>Labs as Markdown with marked steps: the grammar is the head of docs/lab-guide.md, the reasons are in decision 46.</summary>
public static partial class GuideText
{
    public const string Tour = "Five minutes";
    public const string Before = "Before each lab";

    /// <summary>Everything under a heading of the second level, in the order of the file; headings without steps are left out.</summary>
    public static IReadOnlyList<GuideLab> Read(string file)
    {
        var labs = new List<(string Title, List<GuideStep> Steps)>();
        var inCode = false;
        foreach (var (index, line) in SourceTree.Read(file).Split('\n').Index())
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) inCode = !inCode;
            if (inCode) continue;
            if (line.StartsWith("## ", StringComparison.Ordinal)) labs.Add((line[3..].Trim(), []));
            else if (Marked().Match(line) is { Success: true } step && labs.Count > 0)
                labs[^1].Steps.Add(new GuideStep(file, index + 1, Enum.Parse<GuideStepKind>(step.Groups["kind"].Value), step.Groups["text"].Value.Trim()));
        }

        return [.. labs.Where(l => l.Steps.Count > 0).Select(l => new GuideLab(file, l.Title, l.Steps))];
    }

    /// <summary>
    /// A step's clauses: commas, semicolons and full stops part them outside of marked words; "and" and "then" may lead them; what stands
    /// in brackets explains and is not checked. "look at" takes the rest of the step, because what follows it is for the eye.
    /// </summary>
    public static IReadOnlyList<string> Clauses(string text)
    {
        var clauses = new List<string> { "" };
        foreach (Match token in Token().Matches(text))
        {
            if (clauses[^1].TrimStart().StartsWith("look at ", StringComparison.Ordinal) || token.Groups["rest"].Success) clauses[^1] += token.Value;
            else if (token.Groups["between"].Success) clauses.Add("");
            else if (!token.Groups["aside"].Success) clauses[^1] += token.Value;
        }

        return [.. clauses.Select(c => Lead().Replace(c.Trim(), "")).Where(c => c.Length > 0)];
    }

    [GeneratedRegex(@"^\s*- \*\*(?<kind>Do|See|Question):\*\* (?<text>.+)$")]
    private static partial Regex Marked();

    [GeneratedRegex(@"(?<rest>\*\*[^*]+\*\*|\*[^*]+\*|`[^`]+`)|(?<aside> ?\([^)]*\))|(?<between>[,;.](?= |$))|.")]
    private static partial Regex Token();

    [GeneratedRegex(@"^(and |then )+")]
    private static partial Regex Lead();
}
