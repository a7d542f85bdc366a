using KvLab.Core.Configuration;

namespace KvLab.Core.Scenarios;

/// <summary>Reads a scenario's text. This file knows lines, <c>ScenarioParser.Commands.cs</c> and <c>ScenarioParser.Expectations.cs</c> know words.</summary>
internal static partial class ScenarioParser
{
    public static Scenario Parse(string text, string name)
    {
        // Before it is taken apart: what is too long costs nothing else.
        if (text.Length > Scenario.LongestText)
            throw new ScenarioSyntaxException([Whole($"A scenario has at most {Scenario.LongestText} characters, this one has {text.Length}.")]);
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var errors = new List<ScenarioError>();
        var steps = new List<ScenarioStep>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var title = "";
        var summary = new List<string>();
        var sentences = new List<string>();
        foreach (var (index, raw) in lines.Index())
        {
            var line = raw.Trim();
            if (line.StartsWith('>'))
            {
                try
                {
                    steps.Add(new ScenarioStep(index + 1, line[1..].Trim(), string.Join(' ', sentences), Command(new ScenarioWords(index + 1, line[1..]), names)));
                }
                catch (ScenarioSyntaxException wrong)
                {
                    errors.AddRange(wrong.Errors);
                }

                sentences.Clear();
            }
            else if (title.Length == 0 && line.StartsWith("# ", StringComparison.Ordinal))
            {
                title = line[2..].Trim();
            }
            else if (line.Length > 0)
            {
                sentences.Add(line);
                if (title.Length > 0 && steps.Count == 0 && (index == 0 || summary.Count == 0 || lines[index - 1].Trim().Length > 0)) summary.Add(line);
            }
        }

        if (title.Length == 0) errors.Add(Whole("A scenario begins with its title: # and a sentence."));
        if (steps.Count == 0 && errors.Count == 0) errors.Add(Whole("A scenario has at least one command: > and a word."));
        if (steps.Count > Scenario.MostSteps) errors.Add(Whole($"A scenario has at most {Scenario.MostSteps} commands, this one has {steps.Count}."));
        if (steps.Sum(s => s.Command is BurstCommand burst ? (long)burst.Writes : 0) is > Scenario.MostTotalWrites and var writes)
            errors.Add(Whole($"The bursts of a scenario have at most {Scenario.MostTotalWrites} writes together, these have {writes}."));
        if (steps.Sum(s => s.Command is PauseCommand pause ? pause.Ms : 0) is > Scenario.LongestPausesMs and var pauses)
            errors.Add(Whole($"The pauses of a scenario last at most {Scenario.LongestPausesMs:0} ms together, these last {pauses:0} ms."));
        if (errors.Count > FieldErrors.Most) errors = [.. errors.Take(FieldErrors.Most), Whole($"And {errors.Count - FieldErrors.Most} more mistakes.")];
        if (errors.Count > 0) throw new ScenarioSyntaxException(errors);
        return new Scenario(name, title, string.Join(' ', summary), string.Join('\n', lines), steps);
    }

    private static ScenarioError Whole(string message) => new(1, "", message);
}
