namespace KvLab.Core.Simulation;

/// <summary>A world for one run, from its beginning to its end on the calling thread.</summary>
public static class OwnWorld
{
    /// <param name="story">Is given the world, and a token that is cancelled on its thread.</param>
    /// <param name="cancellation">May be cancelled by any thread.</param>
    public static T Play<T>(long seed, Func<VirtualWorld, CancellationToken, Task<T>> story, CancellationToken cancellation)
    {
        using var ending = new CancellationTokenSource();
        var world = new VirtualWorld(SeedOf(seed))
        {
            // A long run is long; whoever waits for it can cancel it.
            StepLimit = long.MaxValue,
            BeforeStep = () =>
            {
                if (cancellation.IsCancellationRequested && !ending.IsCancellationRequested) ending.Cancel();
            },
        };
        return world.Run(() => story(world, ending.Token));
    }

    /// <summary>The same number where it fits.</summary>
    private static int SeedOf(long seed) => seed is >= 0 and <= int.MaxValue ? (int)seed : (int)seed ^ (int)(seed >> 32);
}
