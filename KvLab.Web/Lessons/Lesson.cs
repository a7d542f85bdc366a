using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace KvLab.Web.Lessons;

[JsonConverter(typeof(JsonStringEnumConverter<LessonState>))]
public enum LessonState
{
    /// <summary>Not worked through by a reader yet.</summary>
    [JsonStringEnumMemberName("draft")] Draft,
    [JsonStringEnumMemberName("finished")] Finished,
}

/// <summary>One lesson as its file has it; <c>docs/lessons.md</c> describes the file.</summary>
/// <param name="Name">The file's name without its ending; in addresses.</param>
/// <param name="Summary">The first paragraph.</param>
/// <param name="Topics">Parts of the original lab's text that it teaches.</param>
/// <param name="Varies">Names with the numbers that a variant draws one of.</param>
public sealed record Lesson(
    string Name, string Title, string Summary, int Minutes, LessonState State, ImmutableArray<string> Topics, ImmutableArray<Varied> Varies, ImmutableArray<LessonBlock> Blocks)
{
    /// <summary>What its runs do besides settings, writes and reads (<see cref="Options.LessonOptions.Powers"/>); a teacher's own lesson must say it.</summary>
    public ImmutableArray<string> Uses { get; init; } = [];

    public const int MostMinutes = 90;

    /// <summary>All are checked, and each plays every run.</summary>
    public const int MostVariants = 12;

    public const int LongestText = 64 * 1024;

    public T? Find<T>(string name) where T : LessonBlock => Blocks.OfType<T>().FirstOrDefault(b => b.Name == name);

    /// <exception cref="LessonSyntaxException">All that is wrong, each with its line.</exception>
    public static Lesson Parse(string text, string name) => LessonParser.Parse(text, name);
}

/// <param name="Numbers">Of which a variant has one, or along which a curve runs.</param>
public sealed record Varied(string Name, ImmutableArray<double> Numbers);

/// <summary>One part of a lesson.</summary>
/// <param name="Name">Of the same kind there is no other with it.</param>
/// <param name="Line">Where it begins in the file, from 1.</param>
public abstract record LessonBlock(string Name, int Line);

public sealed record ProseBlock(string Name, int Line, string Markdown) : LessonBlock(Name, Line);

/// <summary>Given before a run, and not changed afterwards.</summary>
/// <param name="Along">Null: one number; else a curve with a number for each of these.</param>
/// <param name="Exact">A formula.</param>
public sealed record PredictBlock(string Name, int Line, string Ask, string Unit, string From, string To, Varied? Along, string Exact) : LessonBlock(Name, Line);

/// <summary>A question with one right answer.</summary>
/// <param name="Before">Of a <c>predict</c> block: answered once, before the run, and judged after it. Of a <c>choose</c> block: judged at once.</param>
public sealed record ChoiceBlock(string Name, int Line, string Ask, bool Before, ImmutableArray<Option> Options) : LessonBlock(Name, Line);

/// <param name="Reply">What is said to whoever chooses it.</param>
public sealed record Option(string Text, bool Right, string Reply);

/// <param name="Needs">The prediction that opens it; null: it is open.</param>
/// <param name="Story">As it stands in the file, before a variant fills it.</param>
public sealed record RunBlock(string Name, int Line, string? Needs, string Story) : LessonBlock(Name, Line);

/// <summary>A prediction beside what is exact and what was measured.</summary>
/// <param name="Measured">The name that a story's <c>measure</c> line gave.</param>
/// <param name="WithinPercent">How far the measurement may be from what is exact; null: it is not compared, as for a choice.</param>
public sealed record CompareBlock(string Name, int Line, string Measured, double? WithinPercent, string Close, string Less, string More, string Because) : LessonBlock(Name, Line)
{
    /// <summary>The reply to a curve that is as high as it should be on the whole, and not close; empty: there is none.</summary>
    public string Shape { get; init; } = "";
}

/// <summary>A challenge of the simulator.</summary>
public sealed record TryBlock(string Name, int Line, string Task) : LessonBlock(Name, Line);

/// <param name="Page">Where there is something to see.</param>
public sealed record LookBlock(string Name, int Line, string Page, string Task) : LessonBlock(Name, Line);

/// <param name="From">A text in the first line that is shown.</param>
public sealed record CodeBlock(string Name, int Line, string File, string From, int Lines, string Task) : LessonBlock(Name, Line);

/// <param name="Line">From 1.</param>
/// <param name="Message">A whole sentence, which begins with the line.</param>
public sealed record LessonError(int Line, string Message);

/// <summary>A text is not a lesson.</summary>
public sealed class LessonSyntaxException : Exception
{
    public LessonSyntaxException(IReadOnlyList<LessonError> errors) : base(string.Join(" ", errors.Select(e => e.Message))) => Errors = errors;
    public LessonSyntaxException() { }
    public LessonSyntaxException(string message) : base(message) { }
    public LessonSyntaxException(string message, Exception inner) : base(message, inner) { }

    public IReadOnlyList<LessonError> Errors { get; } = [];
}
