using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using KvLab.Core.Configuration;
using KvLab.Web.Options;

namespace KvLab.Web.Lessons;

/// <summary>Reads a lesson's file: its head, its Markdown and the fences. <c>LessonParser.Blocks.cs</c> knows what stands between fences.</summary>
internal static partial class LessonParser
{
    private const string Fence = "```";
    private const string HeadLine = "---";

    /// <summary>A fence of another kind is code within the Markdown.</summary>
    private static readonly string[] Kinds = ["predict", "run", "compare", "choose", "try", "look", "code"];

    public static Lesson Parse(string text, string name)
    {
        if (text.Length > Lesson.LongestText) throw new LessonSyntaxException([At(1, $"a lesson has at most {Lesson.LongestText} characters, this one has {text.Length}")]);
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var errors = new List<LessonError>();
        var end = lines[0].Trim() == HeadLine ? Array.FindIndex(lines, 1, l => l.Trim() == HeadLine) : -1;
        if (end < 0) throw new LessonSyntaxException([At(1, $"a lesson begins with its head between two lines \"{HeadLine}\"")]);
        var head = new LessonFields(lines, 1, end, errors);
        var (title, minutes) = (head.Text("title"), head.Number("minutes", 1, Lesson.MostMinutes));
        var state = head.Text("state");
        if (!EnumNames.TryParse<LessonState>(state, out var stage)) errors.Add(At(head.LineOf("state"), "state must be finished or draft"));
        var topics = head.Optional("topics")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        var uses = head.Optional("uses")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (uses.Any(u => !LessonOptions.Powers.Contains(u))) errors.Add(At(head.LineOf("uses"), $"uses must list some of {string.Join(", ", LessonOptions.Powers)}"));
        var varies = Varies(head, errors);
        head.RequireNoMore();

        var blocks = Blocks(lines, end + 1, errors);
        if (!blocks.OfType<ProseBlock>().Any()) errors.Add(At(end + 2, "a lesson begins with a paragraph that says what it is about"));
        if (errors.Count == 0) Refer(blocks, errors);
        if (errors.Count > 0) throw new LessonSyntaxException(errors);
        var lesson = new Lesson(name, title, SummaryOf(blocks.OfType<ProseBlock>().First()), (int)minutes, stage, [.. topics], varies, blocks) { Uses = [.. uses] };
        Prove(lesson, errors);
        return errors.Count > 0 ? throw new LessonSyntaxException(errors) : lesson;
    }

    private static ImmutableArray<Varied> Varies(LessonFields head, List<LessonError> errors)
    {
        if (head.Optional("vary") is not { } text) return [];
        try
        {
            ImmutableArray<Varied> varies = [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Vary)];
            if (varies.Aggregate(1L, (n, v) => n * v.Numbers.Length) is > Lesson.MostVariants and var variants)
                errors.Add(At(head.LineOf("vary"), $"vary gives {variants} variants, and all are checked: at most {Lesson.MostVariants}"));
            return varies;
        }
        catch (FormatException wrong)
        {
            errors.Add(At(head.LineOf("vary"), $"vary must be such as W = 2, 3, 4; max = 200, 400. {wrong.Message}"));
            return [];
        }
    }

    /// <exception cref="FormatException">It is not of the form <c>W = 1, 2, 3</c>.</exception>
    internal static Varied Vary(string text)
    {
        var parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
        if (parts.Length < 2 || !parts[0].All(char.IsAsciiLetterOrDigit) || parts[0].Length == 0) throw new FormatException($"\"{text}\" has no name and =.");
        return new Varied(parts[0], [.. LessonVariant.Read(parts[1])]);
    }

    private static ImmutableArray<LessonBlock> Blocks(string[] lines, int from, List<LessonError> errors)
    {
        var blocks = ImmutableArray.CreateBuilder<LessonBlock>();
        var prose = new StringBuilder();
        var proseAt = from;
        for (var i = from; i < lines.Length; i++)
        {
            if (Opens(lines[i]) is not var (kind, name))
            {
                if (prose.Length == 0) proseAt = i;
                if (prose.Length > 0 || lines[i].Trim().Length > 0) prose.Append(lines[i]).Append('\n');
                continue;
            }

            Flush();
            var end = Array.FindIndex(lines, i + 1, l => l.TrimEnd() == Fence);
            if (end < 0)
            {
                errors.Add(At(i + 1, $"the block {kind} {name} has no end: three backticks alone in a line"));
                break;
            }

            if (name.Length == 0) errors.Add(At(i + 1, $"a name is missing behind {kind}"));
            else if (Read(kind, name, lines, i, end, errors) is { } block) blocks.Add(block);
            i = end;
        }

        Flush();
        return blocks.ToImmutable();

        void Flush()
        {
            if (prose.ToString().Trim() is { Length: > 0 } words) blocks.Add(new ProseBlock($"prose-{blocks.Count + 1}", proseAt + 1, words));
            prose.Clear();
        }
    }

    private static (string Kind, string Name)? Opens(string line)
    {
        if (!line.StartsWith(Fence, StringComparison.Ordinal)) return null;
        var words = line[Fence.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words is [var kind, .. var rest] && Kinds.Contains(kind) ? (kind, rest is [var name, ..] ? name : "") : null;
    }

    private static string SummaryOf(ProseBlock prose) => prose.Markdown.Split("\n\n")[0].Replace('\n', ' ').Trim();

    internal static LessonError At(int line, string what) => new(line, string.Create(CultureInfo.InvariantCulture, $"Line {line}: {what}."));
}
