using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;

namespace KvLab.Tests.Properties;

/// <summary>What a run left behind: all that the claims are checked against.</summary>
/// <param name="Moments">Every event with what all replicas held at that instant.</param>
/// <param name="Steps">What the stores really did.</param>
/// <param name="Writes">What the clients saw.</param>
public sealed record History(
    LabPlan Plan, IReadOnlyList<Moment> Moments, IReadOnlyList<StoreStep> Steps, IReadOnlyList<LabWrite> Writes, LabCluster Cluster);

public static class LabRun
{
    /// <summary>Plays a plan until every write is answered, every outage is over and nothing is under way any more.</summary>
    public static History Play(LabPlan plan, LabParts? parts = null)
    {
        var world = new VirtualWorld(plan.Seed) { StepLimit = 200_000 };
        parts ??= LabParts.Default;
        var cluster = new LabCluster(world, plan.Followers, plan.Settings, parts with { Leader = parts.Leader with { Network = plan.Network } });
        cluster.Network.Roughness = plan.Roughness;
        world.Run(async () =>
        {
            var outages = plan.Outages.Select(o => SufferAsync(cluster, o)).ToList();
            await Task.WhenAll(plan.Writes.Select((w, i) => WriteAsync(cluster, w, $"value {i}")));
            cluster.Network.Roughness = Roughness.None;
            await Task.WhenAll(outages);
            // A follower that never comes back keeps its deliveries open for ever.
            if (!plan.Outages.Any(o => double.IsInfinity(o.ForMs))) await cluster.QuiescenceAsync();
        });
        if (cluster.Leader.Status.Quiescent) world.RunToRest();
        return new History(plan, cluster.Log.Moments, cluster.Steps, cluster.Writes, cluster);
    }

    private static async Task WriteAsync(LabCluster cluster, PlannedWrite write, string value)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(write.AtMs), cluster.World.Time);
        await cluster.WriteAsync($"k{write.Key}", value);
    }

    private static async Task SufferAsync(LabCluster cluster, Outage outage)
    {
        if (outage.FromMs > 0) await Task.Delay(TimeSpan.FromMilliseconds(outage.FromMs), cluster.World.Time);
        cluster.SetDown(outage.Follower, true);
        if (double.IsInfinity(outage.ForMs)) return;
        await Task.Delay(TimeSpan.FromMilliseconds(outage.ForMs), cluster.World.Time);
        cluster.SetDown(outage.Follower, false);
    }
}
