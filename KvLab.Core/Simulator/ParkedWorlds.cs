namespace KvLab.Core.Simulator;

/// <summary>
/// A few clusters that stand along a path, at a quarter, a half and three quarters of it. A cluster cannot go back and cannot be copied: who goes back far and chooses anew goes on with the nearest
/// of these. They are led on a little with each step, so that nobody waits for them.
/// </summary>
internal sealed class ParkedWorlds(SimulationPlan plan, Action<SimulationWorld, PathStep> apply)
{
    private const int Most = 3;

    /// <summary>A shorter path is run anew as quickly.</summary>
    private const int ShortestPath = 1_000;

    /// <summary>They need one and a half steps for each of the path's; what is missing after a choice further back is made good by the rest.</summary>
    private const int StepsPerStep = 4;

    // The furthest first.
    private readonly List<SimulationWorld> _worlds = [];

    public void Follow(IReadOnlyList<PathStep> path)
    {
        if (path.Count < ShortestPath) return;
        while (_worlds.Count < Most) _worlds.Add(new SimulationWorld(plan));
        var left = StepsPerStep;
        for (var i = 0; i < Most; i++)
        {
            var place = path.Count * (Most - i) / (Most + 1);
            for (; left > 0 && _worlds[i].Steps < place; left--) apply(_worlds[i], path[_worlds[i].Steps]);
        }
    }

    /// <summary>The one that stands nearest before a place, which is the caller's from now on; null where none does.</summary>
    public SimulationWorld? Take(int at)
    {
        var found = _worlds.Find(w => w.Steps <= at && w.Steps > 0);
        if (found is not null) _worlds.Remove(found);
        return found;
    }

    /// <summary>The path is another one from here on.</summary>
    public void ForgetAfter(int at) => _worlds.RemoveAll(w => w.Steps > at);

    public void Clear() => _worlds.Clear();
}
