using KvLab.Core.Control;

namespace KvLab.Tests.Scenarios;

/// <summary>One command of a scenario: a word, then words and <c>name=value</c> pairs.</summary>
public sealed record Command(string Name, IReadOnlyList<string> Words, IReadOnlyDictionary<string, string> Options);

/// <summary>A command with the lines that it must print.</summary>
/// <param name="Line">Where it stands in the file, from 1.</param>
/// <param name="Expected">Lines as written; <c>...</c> stands for any number of lines.</param>
public sealed record Step(int Line, Command Command, IReadOnlyList<string> Expected);

/// <summary>A wrong line of a scenario file, with its number.</summary>
public sealed class ScenarioException(int line, string message) : Exception($"line {line}: {message}")
{
    public int Line { get; } = line;
}

/// <summary>
/// A story in a file: sentences, commands behind <c>&gt;</c>, and under each command the indented lines that it must print. The language is in
/// Scenarios/README.md; this type knows its shape, and an <see cref="IClusterControl"/> knows its words.
/// </summary>
public sealed record Scenario(string Title, IReadOnlyList<Step> Steps, string Text)
{
    public const string AnyLines = "...";

    /// <exception cref="ScenarioException">The text is no scenario; names the line.</exception>
    public static Scenario Parse(string text)
    {
        var title = "";
        var steps = new List<Step>();
        List<string>? expected = null;
        foreach (var (index, raw) in text.Split('\n').Index())
        {
            var line = raw.TrimEnd();
            if (line.StartsWith('>'))
            {
                expected = [];
                steps.Add(new Step(index + 1, ParseCommand(line[1..], index + 1), expected));
            }
            else if (line.StartsWith(' '))
            {
                if (expected is null) throw new ScenarioException(index + 1, "A line that is indented says what a command prints, but no command stands above it.");
                expected.Add(Normal(line));
            }
            else
            {
                if (line.StartsWith("# ", StringComparison.Ordinal) && title.Length == 0) title = line[2..];
                expected = null;
            }
        }

        if (title.Length == 0) throw new ScenarioException(1, "A scenario begins with its title: # and a sentence.");
        if (steps.Count == 0) throw new ScenarioException(1, "A scenario has at least one command: > and a word.");
        return new Scenario(title, steps, text);
    }

    /// <summary>The same story with other traces, as a file.</summary>
    public string WithTraces(IReadOnlyList<IReadOnlyList<string>> traces)
    {
        var traceAfter = Steps.Select((step, i) => (step.Line, Trace: traces[i])).ToDictionary(t => t.Line, t => t.Trace);
        var lines = Text.Split('\n').Index().Where(l => !l.Item.StartsWith(' ')).SelectMany(l =>
            traceAfter.TryGetValue(l.Index + 1, out var trace) ? [l.Item, .. trace.Select(t => $"  {t}")] : new[] { l.Item });
        return string.Join('\n', lines);
    }

    /// <summary>Whether a command printed what its step expects. Blanks count once each.</summary>
    public static bool Matches(IReadOnlyList<string> expected, IReadOnlyList<string> printed)
    {
        return From(0, 0);

        bool From(int e, int p)
        {
            if (e == expected.Count) return p == printed.Count;
            if (expected[e] == AnyLines) return From(e + 1, p) || (p < printed.Count && From(e, p + 1));
            return p < printed.Count && expected[e] == Normal(printed[p]) && From(e + 1, p + 1);
        }
    }

    private static string Normal(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static Command ParseCommand(string text, int line)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0) throw new ScenarioException(line, "> must be followed by a command.");
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1).Where(p => p.Contains('=')))
        {
            var pair = part.Split('=', 2);
            if (!options.TryAdd(pair[0], pair[1])) throw new ScenarioException(line, $"{pair[0]} is given twice.");
        }

        return new Command(parts[0], [.. parts.Skip(1).Where(p => !p.Contains('='))], options);
    }
}
