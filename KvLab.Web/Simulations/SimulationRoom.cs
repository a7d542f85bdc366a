using KvLab.Core.Control;
using KvLab.Core.Simulator;
using KvLab.Web.Problems;

namespace KvLab.Web.Simulations;

/// <summary>One simulation that this dashboard keeps, for a page or a script.</summary>
public sealed class SimulationRoom(string id, Simulation simulation, TimeProvider time)
{
    public string Id { get; } = id;

    /// <summary>Whoever looks at it or steps it says so by asking for it.</summary>
    public Simulation Simulation
    {
        get
        {
            UsedAt = time.GetUtcNow();
            return simulation;
        }
    }

    public DateTimeOffset UsedAt { get; private set; } = time.GetUtcNow();

    /// <summary>It gives its memory back; the next who asks waits until it has run along its path again.</summary>
    public void Park() => simulation.Park();

    /// <exception cref="CommandException">400: it cannot be done; nothing has changed.</exception>
    public void Step(string field, Action<Simulation> step)
    {
        try
        {
            step(Simulation);
        }
        catch (ControlException refused)
        {
            throw new CommandException(StatusCodes.Status400BadRequest, refused.Message, [new(field, refused.Message)], refused);
        }
    }
}
