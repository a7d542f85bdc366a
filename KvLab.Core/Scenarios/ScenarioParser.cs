using System.Text;
using KvLab.Core.Configuration;

namespace KvLab.Core.Scenarios;

/// <summary>Reads a scenario's text. This file knows lines, <c>ScenarioParser.Commands.cs</c> and <c>ScenarioParser.Expectations.cs</c> know words.</summary>
internal static partial class ScenarioParser
{
    public static Scenario Parse(string text, string name)
    {
        if (text.Length > Scenario.LongestText)
            throw new ScenarioSyntaxException([Whole($"A scenario has at most {Scenario.LongestText} characters, this one has {text.Length}.")]);
        var normal = text.ReplaceLineEndings("\n");
        var errors = new List<ScenarioError>();
        var steps = new List<ScenarioStep>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var title = "";
        var (summary, story) = (new StringBuilder(), new StringBuilder());
        var (number, afterBlank) = (0, true);
        foreach (var raw in normal.AsSpan().EnumerateLines())
        {
            number++;
            if (errors.Count >= FieldErrors.Most)
            {
                errors.Add(new ScenarioError(number, "", $"From line {number} on nothing more was read."));
                break;
            }

            var line = raw.Trim();
            if (line.StartsWith('>'))
            {
                try
                {
                    var words = line[1..].ToString();
                    steps.Add(new ScenarioStep(number, words.Trim(), story.ToString(), Command(new ScenarioWords(number, words), names)));
                }
                catch (ScenarioSyntaxException wrong)
                {
                    errors.AddRange(wrong.Errors);
                }

                story.Clear();
            }
            else if (title.Length == 0 && line.StartsWith("# "))
            {
                title = line[2..].Trim().ToString();
            }
            else if (line.Length > 0)
            {
                Append(story, line);
                if (title.Length > 0 && steps.Count == 0 && (summary.Length == 0 || !afterBlank)) Append(summary, line);
            }

            afterBlank = line.Length == 0;
        }

        if (title.Length == 0) errors.Add(Whole("A scenario begins with its title: # and a sentence."));
        if (steps.Count == 0 && errors.Count == 0) errors.Add(Whole("A scenario has at least one command: > and a word."));
        if (steps.Count > Scenario.MostSteps) errors.Add(Whole($"A scenario has at most {Scenario.MostSteps} commands, this one has {steps.Count}."));
        if (steps.Sum(s => s.Command is BurstCommand burst ? (long)burst.Writes : 0) is > Scenario.MostTotalWrites and var writes)
            errors.Add(Whole($"The bursts of a scenario have at most {Scenario.MostTotalWrites} writes together, these have {writes}."));
        if (steps.Sum(s => s.Command is PauseCommand pause ? pause.Ms : 0) is > Scenario.LongestPausesMs and var pauses)
            errors.Add(Whole($"The pauses of a scenario last at most {Scenario.LongestPausesMs:0} ms together, these last {pauses:0} ms."));
        if (errors.Count > 0) throw new ScenarioSyntaxException(errors);
        return new Scenario(name, title, summary.ToString(), normal, steps);
    }

    private static void Append(StringBuilder paragraph, ReadOnlySpan<char> line)
    {
        if (paragraph.Length > 0) paragraph.Append(' ');
        paragraph.Append(line);
    }

    private static ScenarioError Whole(string message) => new(1, "", message);
}
