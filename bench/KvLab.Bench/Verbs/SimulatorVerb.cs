using System.Diagnostics;
using KvLab.Core.Control;
using KvLab.Core.Simulator;

namespace KvLab.Bench.Verbs;

/// <summary>A cluster under a clock that somebody holds: what a step costs, what going back costs at the end of a long path, and what it weighs.</summary>
internal static class SimulatorVerb
{
    public static async Task RunAsync(Arguments args)
    {
        var rounds = args.Int("rounds", 5, 1, 100);
        var depth = args.Int("depth", 10_000, 100, Simulation.MostSteps - 100);
        args.RefuseOthers();
        var (step, undo, first, weight) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            weight.Add(Weight());
            var simulation = new Simulation(SimulationPlan.Standard with { Followers = 5, Seed = round + 1 });
            var steps = Walk(simulation, depth, new Random(round));
            step.Add(Percentile.P95(steps));
            undo.Add(Measure(() =>
            {
                simulation.Undo(1);
                _ = simulation.Snapshot;
            }));
            first.Add(Measure(() => simulation.Do("write another = choice")));
        }

        var table = new MarkdownTable("what", "median of rounds (range)");
        table.Add("a step and its picture, p95, ms", Spread.Of(step).Text("0.00"));
        table.Add($"undo at depth {depth}: picture, ms", Spread.Of(undo).Text("0"));
        table.Add($"undo at depth {depth}: first new choice, ms", Spread.Of(first).Text("0"));
        table.Add("5 followers, 100 keys: managed memory, MiB", Spread.Of(weight).Text("0.0"));
        await Report.WriteAsync("simulator", $"{rounds} rounds", table);
    }

    private static List<double> Walk(Simulation simulation, int depth, Random random)
    {
        var took = new List<double>(depth);
        while (simulation.At < depth)
        {
            var enabled = simulation.Enabled;
            var due = enabled.Count(c => c.DueMs is not null);
            var chosen = due > 0 && random.Next(3) > 0 ? random.Next(due) : random.Next(enabled.Count);
            try
            {
                took.Add(Measure(() =>
                {
                    simulation.Choose(chosen);
                    _ = simulation.Snapshot;
                }));
            }
            catch (ControlException)
            {
                // Not everything that is offered can be done: nobody may be there to take over.
            }
        }

        return took;
    }

    private static double Weight()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var simulation = new Simulation(SimulationPlan.Standard with { Followers = 5 });
        for (var key = 1; key <= 100; key++) simulation.Do($"write k{key} = value");
        simulation.GoOnUntil(2_000);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(simulation);
        return (after - before) / 1024.0 / 1024.0;
    }

    private static double Measure(Action act)
    {
        var began = Stopwatch.GetTimestamp();
        act();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
