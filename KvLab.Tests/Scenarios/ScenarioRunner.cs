using System.Text;
using KvLab.Core.Control;

namespace KvLab.Tests.Scenarios;

/// <summary>What plays a scenario's commands: a world in memory here, a real cluster elsewhere.</summary>
public interface IClusterControl
{
    /// <summary>Plays one command.</summary>
    /// <returns>What it prints.</returns>
    /// <exception cref="ArgumentException">The command is unknown or wrong; the message says what is possible.</exception>
    IReadOnlyList<string> Play(Command command);
}

/// <param name="Printed">What each step printed, in their order.</param>
/// <param name="Failure">Null when all was as expected; else what differs at the first step that does, as a text for people.</param>
public sealed record ScenarioResult(IReadOnlyList<IReadOnlyList<string>> Printed, string? Failure);

public static class ScenarioRunner
{
    /// <summary>Plays all steps, also after one that printed something else, so that a file can be brought up to date as a whole.</summary>
    /// <exception cref="ScenarioException">A command is unknown or wrong; names the line.</exception>
    public static ScenarioResult Run(Scenario scenario, IClusterControl stage)
    {
        var printed = new List<IReadOnlyList<string>>();
        string? failure = null;
        foreach (var step in scenario.Steps)
        {
            IReadOnlyList<string> lines;
            try
            {
                lines = stage.Play(step.Command);
            }
            catch (ArgumentException wrong)
            {
                throw new ScenarioException(step.Line, wrong.Message);
            }

            printed.Add(lines);
            if (!Scenario.Matches(step.Expected, lines)) failure ??= Explain(scenario, step, lines);
        }

        return new ScenarioResult(printed, failure);
    }

    private static string Explain(Scenario scenario, Step step, IReadOnlyList<string> printed)
    {
        var text = new StringBuilder($"{scenario.Title}, line {step.Line}, > {step.Command.Name}\nexpected:\n");
        foreach (var line in step.Expected) text.Append("  ").Append(line).Append('\n');
        text.Append("printed:\n");
        foreach (var line in printed) text.Append("  ").Append(line).Append('\n');
        return text.ToString();
    }
}
