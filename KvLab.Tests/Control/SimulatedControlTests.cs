using KvLab.Core.Control;
using KvLab.Core.Simulation;
using KvLab.Tests.Stories;
using Xunit;

namespace KvLab.Tests.Control;

/// <summary>The contract, in virtual time and for several orders of what happens at one instant.</summary>
[Trait("Category", "Scenario")]
public sealed class SimulatedControlTests : ControlContract
{
    private const int Seeds = 5;

    protected override Task PlayAsync(Func<IClusterControl, Task> claim)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var world = new VirtualWorld(seed);
            var cluster = new SimulatedRun(world).Cluster;
            world.Run(() => claim(cluster));
            world.Run(async () => await cluster.DisposeAsync());
        }

        return Task.CompletedTask;
    }
}
