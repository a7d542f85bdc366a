using KvLab.Core.Configuration;
using KvLab.Core.Control;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Scenarios;
using KvLab.Core.Settings;
using KvLab.Core.Simulator.Mutants;

namespace KvLab.Core.Simulator;

/// <summary>What a simulation begins with. Plan and path together say everything: the same ones give the same state, in any process of this build.</summary>
/// <param name="Seed">What the delays and all other chance are drawn from; <see cref="LiveSettings.Seed"/> too.</param>
public sealed record SimulationPlan(int Followers, int Seed, LiveSettings Settings)
{
    public const int MostFollowers = ExperimentPlan.MostFollowers;

    /// <summary>Messages take some time, so that there is something to choose.</summary>
    public static readonly SimulationPlan Standard = new(3, 1, ScenarioRunner.Beginning with { WriteQuorum = 2, MinDelayMs = 10, MaxDelayMs = 100, Seed = 1 });

    /// <summary>The mistake that one of the nodes makes; null: all are right.</summary>
    public SimulationBug? Bug { get; init; }

    /// <summary>Where a recorded run stood (<see cref="RecordedStart"/>); null: all nodes are empty.</summary>
    public string? Start { get; init; }

    /// <summary>Lines of the story language that are offered one after the other (<see cref="Simulator.Script"/>); null: none.</summary>
    public string? Script { get; init; }

    /// <summary>The recording and the moment from which it goes on; null where it begins by itself.</summary>
    public string? Origin => Start is { } start ? RecordedStart.OriginOf(start) : null;

    public IReadOnlyList<FieldError> Check()
    {
        var errors = new FieldErrors();
        errors.Require(Followers is >= 1 and <= MostFollowers, "followers", $"followers must be from 1 to {MostFollowers}, but is {Followers}.");
        if (errors.All.Count > 0) return errors.All;
        if (Bug?.CheckNode(Followers) is { } bug) return [bug];
        if (Settings.Validate(Followers) is { Count: > 0 } wrong) return wrong;
        try
        {
            if (Script is { } script) Simulator.Script.Check(script);
            if (Start is { } start) RecordedStart.Read(start).CheckNodes(Followers);
        }
        catch (ControlException line)
        {
            errors.Add("script", line.Message);
        }
        catch (FormatException line)
        {
            errors.Add("start", line.Message);
        }

        return errors.All;
    }
}
