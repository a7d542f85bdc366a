using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KvLab.Web.Lessons;

/// <summary>The numbers of one student: one of each that a lesson varies.</summary>
public sealed partial record LessonVariant(ImmutableSortedDictionary<string, double> Numbers)
{
    /// <summary>The same seed draws the same numbers, in every build.</summary>
    public static LessonVariant Draw(Lesson lesson, long seed)
    {
        var all = All(lesson);
        // Of neighbouring seeds neighbouring variants would come: they are mixed first (splitmix64).
        var mixed = unchecked((ulong)seed + 0x9E3779B97F4A7C15UL);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL);
        return all[(int)((mixed ^ (mixed >> 31)) % (ulong)all.Count)];
    }

    /// <summary>Every combination.</summary>
    public static IReadOnlyList<LessonVariant> All(Lesson lesson)
    {
        IEnumerable<LessonVariant> all = [new(ImmutableSortedDictionary<string, double>.Empty)];
        foreach (var varied in lesson.Varies) all = [.. all.SelectMany(v => varied.Numbers, (v, number) => v.With(varied.Name, number))];
        return [.. all];
    }

    /// <summary>For people, such as <c>W = 2, max = 400</c>; empty where nothing varies.</summary>
    public string Words => string.Join(", ", Numbers.Select(n => $"{n.Key} = {Write(n.Value)}"));

    public LessonVariant With(string name, double number) => new(Numbers.SetItem(name, number));

    /// <summary>A text with its numbers in the places of their names; <c>{what is no name}</c> stays.</summary>
    public string Fill(string text) => Hole().Replace(text, hole => Numbers.TryGetValue(hole.Groups[1].Value, out var number) ? Write(number) : hole.Value);

    /// <exception cref="FormatException">It is no formula.</exception>
    public double Work(string formula) => LessonFormula.Of(formula, Numbers);

    /// <summary>A run's story: filled, and what stands between <c>&gt; for W = 1, 2</c> and <c>&gt; end</c> once for each.</summary>
    /// <exception cref="FormatException">A <c>for</c> without an <c>end</c>, or what it repeats is no number.</exception>
    public string Tell(string story)
    {
        var told = new StringBuilder();
        var lines = story.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Loop().Match(lines[i]) is not { Success: true } loop)
            {
                told.Append(Fill(lines[i])).Append('\n');
                continue;
            }

            var end = Array.FindIndex(lines, i + 1, line => line.Trim() == "> end");
            if (end < 0) throw new FormatException($"\"{lines[i].Trim()}\" has no \"> end\".");
            foreach (var number in Read(loop.Groups[2].Value))
                foreach (var line in lines[(i + 1)..end])
                    told.Append(With(loop.Groups[1].Value, number).Fill(line)).Append('\n');
            i = end;
        }

        return told.ToString();
    }

    /// <exception cref="FormatException">Something between its commas is no number.</exception>
    public static IEnumerable<double> Read(string numbers) => numbers.Split(',', StringSplitOptions.TrimEntries)
        .Select(n => double.TryParse(n, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"\"{n}\" is no number."));

    public static string Write(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{([A-Za-z][A-Za-z0-9]*)\}", RegexOptions.NonBacktracking)]
    private static partial Regex Hole();

    [GeneratedRegex(@"^\s*>\s*for\s+([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$")]
    private static partial Regex Loop();
}
