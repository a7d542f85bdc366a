using KvLab.Core.Control;
using KvLab.Core.Scenarios;

namespace KvLab.Core.Simulator;

/// <summary>One line of the story language, for one step.</summary>
internal static class LineReader
{
    public const int Longest = 500;

    /// <summary>Each of them is several messages to choose from.</summary>
    public const int MostWrites = 200;

    /// <exception cref="ControlException">It is no command, or one that makes no sense where somebody else chooses what happens next.</exception>
    public static ScenarioCommand Read(string line)
    {
        if (line.Length > Longest || line.AsSpan().ContainsAny('\n', '\r')) throw new ControlException($"A step is one line of at most {Longest} characters.");
        try
        {
            var command = Scenario.Parse($"# A step\n> {line}").Steps[0].Command;
            if (command is BurstCommand { Writes: > MostWrites }) throw new ControlException($"A burst of one step has at most {MostWrites} writes here.");
            if (command is PauseCommand or WaitCommand or ExpectCommand or MeasureCommand) throw new ControlException("wait, expect and measure are for stories: here you choose what happens next.");
            return command;
        }
        catch (ScenarioSyntaxException wrong)
        {
            throw new ControlException(string.Join(" ", wrong.Errors.Select(e => e.Message)), wrong);
        }
    }
}
