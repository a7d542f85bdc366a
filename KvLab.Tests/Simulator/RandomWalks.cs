using KvLab.Core.Control;
using KvLab.Core.Simulator;
using Held = KvLab.Core.Simulator.Simulation;

namespace KvLab.Tests.Simulator;

/// <summary>Paths that a die chooses.</summary>
internal static class RandomWalks
{
    private const int Steps = 40;

    public static Held Of(int steps, int seed)
    {
        var simulation = new Held(SimulationPlan.Standard with { Seed = seed });
        var random = new Random(seed);
        while (simulation.At < steps)
        {
            var enabled = simulation.Enabled;
            try
            {
                // Mostly what is due, so that the walk comes to something.
                var due = enabled.Count(c => c.DueMs is not null);
                simulation.Choose(due > 0 && random.Next(3) > 0 ? random.Next(due) : random.Next(enabled.Count));
            }
            catch (ControlException)
            {
                // Not everything that is offered can be done: nobody may be there to take over.
            }
        }

        return simulation;
    }

    public static string HashOf(Held simulation) => TraceHash.Of(simulation.Place.Tape.From(0).Take((int)simulation.Place.Elements));

    /// <summary>A line for each seed from 1 on: the hash of the bytes that its walk is recorded as.</summary>
    public static IEnumerable<string> Hashes(int seeds) => Enumerable.Range(1, seeds).Select(seed => HashOf(Of(Steps, seed)));
}
