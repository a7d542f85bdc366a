using KvLab.Core.Chaos;
using KvLab.Core.Configuration;
using KvLab.Core.Control;
using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Runs;

namespace KvLab.Web.Scenarios;

/// <summary>Plays scenarios and chaos runs on the real nodes, and scenarios in the simulator. The page, the REST API and the command line start them here.</summary>
/// <param name="stages">A new stage for each run.</param>
public sealed class ScenarioService(RunBook<ScenarioRun> scenarios, RunBook<ChaosReport> chaos, Func<IClusterControl> stages, TimeProvider time)
{
    public RunBook<ScenarioRun> Scenarios { get; } = scenarios;
    public RunBook<ChaosReport> Chaos { get; } = chaos;

    /// <exception cref="CommandException">404: the library has no such scenario.</exception>
    public static Scenario Find(string name) => ScenarioLibrary.Find(name)
        ?? throw new CommandException(StatusCodes.Status404NotFound, $"There is no scenario {name}; the scenarios are {string.Join(", ", ScenarioLibrary.All.Select(s => s.Name))}.");

    /// <exception cref="CommandException">400 with all mistakes, each with its line and word.</exception>
    public static Scenario Read(string text, string name = "own")
    {
        try
        {
            return Scenario.Parse(text, name);
        }
        catch (ScenarioSyntaxException wrong)
        {
            throw new CommandException(StatusCodes.Status400BadRequest, $"text is not a scenario. {wrong.Message}", [.. wrong.Errors.Select(e => new FieldError("text", e.Message))], wrong);
        }
    }

    /// <exception cref="CommandException">409: something else is running.</exception>
    public ScenarioRun Start(Scenario scenario)
    {
        var stage = stages();
        return Scenarios.Start(new RunName($"Scenario {scenario.Name}", scenario.Name), turn => ScenarioRun.Of(scenario, turn.Id, stage.Name, time.GetUtcNow()),
            turn => new ScenarioRunner(scenario, stage, run => Tell(turn, run)).RunAsync(turn.Id, turn.Cancellation));
    }

    /// <summary>The same on a cluster in this process, beside whatever the real one does.</summary>
    /// <param name="wanted">So many followers; null: as many as the real one has.</param>
    /// <exception cref="CommandException">409: too many are going on.</exception>
    public ScenarioRun Simulate(Scenario scenario, long seed, int? wanted = null)
    {
        var followers = wanted ?? (stages().Nodes.Count - 1 is > 0 and var known ? known : ClusterOptions.UsualFollowers);
        return Scenarios.Start(new RunName($"Scenario {scenario.Name}", scenario.Name) { Simulated = true },
            turn => ScenarioRun.Of(scenario, turn.Id, SimulatedCluster.StageName, time.GetUtcNow()) with { Seed = seed },
            turn => Task.FromResult(SimulatedStory.Run(scenario, followers, seed, turn.Id, time, turn.Tell, turn.Cancellation).Run));
    }

    private static void Tell(RunTurn<ScenarioRun> turn, ScenarioRun run)
    {
        turn.Tell(run);
        // The line that it plays, or waits at, is said on every page.
        if (run.Steps.FirstOrDefault(s => s.State == StepState.Running) is { } step) turn.Held?.Say($"Line {step.Line}: {step.Text}");
    }

    /// <exception cref="CommandException">400 with all that is wrong with the options, or 409: something else is running.</exception>
    public ChaosReport Start(ChaosOptions options)
    {
        var stage = stages();
        var followers = stage.Nodes.Count - 1;
        var errors = options.Validate(followers);
        if (errors.Count > 0) throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", errors.Select(e => e.Message)), errors);
        var plan = ChaosPlan.Draw(options, followers);
        return Chaos.Start(new RunName("A chaos run"), turn => ChaosReport.Of(plan, turn.Id, stage.Name, time.GetUtcNow()),
            turn => new ChaosRunner(plan, stage, turn.Tell).RunAsync(turn.Id, turn.Cancellation));
    }
}
