using KvLab.Core.Scenarios;

namespace KvLab.Tests.Stories;

/// <summary>A run as lines, for a failing test.</summary>
internal static class Trace
{
    public static string Of(ScenarioRun run) => string.Join('\n', run.Steps.Select(s =>
        $"{s.Line,3} {(s.State switch { StepState.Ok => "✓", StepState.Failed => "✗", StepState.Running => "…", _ => " " })} {s.AtMs,8:0} ms  {s.Text}{(s.Note is null ? "" : $"   → {s.Note}")}"));
}
