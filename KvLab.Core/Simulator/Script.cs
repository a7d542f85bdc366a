using KvLab.Core.Configuration;
using KvLab.Core.Control;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Scenarios;

namespace KvLab.Core.Simulator;

/// <summary>Lines of the story language that a simulation offers one after the other: of a story, of an experiment, of a stretch of a recording.</summary>
public static class Script
{
    public const int MostLines = 500;

    /// <summary>What a story does; what it waits for and expects is left out, for here somebody else chooses what happens meanwhile.</summary>
    public static string Of(Scenario story) => string.Join('\n', story.Steps.Where(s => !s.IsExpectation && s.Command is not (PauseCommand or WaitCommand or MeasureCommand)).Select(s => s.Text));

    /// <summary>For each write quorum its setting and its writes, as many at once as one line may have. What comes before and around them, such as warm-up and repetitions, is for measuring.</summary>
    /// <exception cref="ControlException">So many lines, or a sweep, cannot be gone through by hand.</exception>
    public static string Of(ExperimentPlan plan)
    {
        if (plan.Sweep is not null) throw new ControlException("A sweep cannot be gone through step by step; leave sweep out.");
        var bursts = (plan.Writes + LineReader.MostWrites - 1) / LineReader.MostWrites;
        if ((bursts + 1L) * plan.Quorums.Count > MostLines)
            throw new ControlException($"{plan.Writes} writes for each of {plan.Quorums.Count} write quorums are more than {MostLines} lines of at most {LineReader.MostWrites} writes; lower writes.");
        return string.Join('\n', plan.Quorums.SelectMany(w => Enumerable.Range(0, bursts)
            .Select(i => $"burst {Math.Min(LineReader.MostWrites, plan.Writes - i * LineReader.MostWrites)} writes over {plan.Keys} keys by {plan.Concurrency} clients").Prepend($"settings W = {w}")));
    }

    /// <exception cref="ControlException">A line that no simulation can do.</exception>
    internal static IReadOnlyList<string> Check(string script)
    {
        var lines = script.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length > MostLines) throw new ControlException($"script must have at most {MostLines} lines, but has {lines.Length}.");
        foreach (var line in lines) LineReader.Read(line);
        return lines;
    }
}
