namespace KvLab.Core.Scenarios;

/// <summary>
/// A story in a file: a title, sentences, and behind <c>&gt;</c> what is done and what must come of it. Anybody can write one; the language is in docs/scenarios.md.
/// </summary>
/// <param name="Name">Short and stable, such as <c>crash-and-catch-up</c>: the file's name without its ending.</param>
/// <param name="Title">The first line, without its <c>#</c>.</param>
/// <param name="Summary">The first paragraph after the title.</param>
/// <param name="Text">The file, with line ends of one character.</param>
public sealed record Scenario(string Name, string Title, string Summary, string Text, IReadOnlyList<ScenarioStep> Steps)
{
    public const int LongestText = 32 * 1024;
    public const int MostSteps = 500;

    /// <summary>Of all bursts together: each is bounded, and so is their sum.</summary>
    public const long MostTotalWrites = 100_000;

    /// <summary>All pauses together.</summary>
    public const double LongestPausesMs = 600_000;

    /// <exception cref="ScenarioSyntaxException">All that is wrong, each with its line and word.</exception>
    public static Scenario Parse(string text, string name = "own") => ScenarioParser.Parse(text, name);
}

/// <summary>One line that is carried out.</summary>
/// <param name="Line">Where it stands, from 1.</param>
/// <param name="Text">As written, without <c>&gt;</c>.</param>
/// <param name="Story">The sentences before it since the last step, as one paragraph; empty where there are none.</param>
public sealed record ScenarioStep(int Line, string Text, string Story, ScenarioCommand Command)
{
    public bool IsExpectation => Command is ExpectCommand;
}

/// <summary>A mistake in a scenario's text.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Word">The word that is wrong, as written; empty where one is missing at the end of the line.</param>
/// <param name="Message">What is wrong and what is possible; whole sentences that begin with line and word.</param>
public sealed record ScenarioError(int Line, string Word, string Message);

/// <summary>A text is not a scenario.</summary>
public sealed class ScenarioSyntaxException : Exception
{
    public ScenarioSyntaxException(IReadOnlyList<ScenarioError> errors) : base(string.Join(" ", errors.Select(e => e.Message))) => Errors = errors;
    public ScenarioSyntaxException() { }
    public ScenarioSyntaxException(string message) : base(message) { }
    public ScenarioSyntaxException(string message, Exception inner) : base(message, inner) { }

    public IReadOnlyList<ScenarioError> Errors { get; } = [];
}
