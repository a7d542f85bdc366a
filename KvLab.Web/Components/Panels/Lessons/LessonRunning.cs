namespace KvLab.Web.Components.Panels.Lessons;

/// <summary>A lesson's run under way.</summary>
/// <param name="Name">Of its block.</param>
/// <param name="Run">The id of the story that is played.</param>
/// <param name="Doing">The line that it plays or waits at.</param>
public sealed record LessonRunning(string Name, string Run, string? Doing);
