using CsCheck;
using KvLab.Core.CatchUp;
using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Properties;

/// <summary>docs/decisions/0007-leader-restart.md, over whatever may be silent, dead or empty when a leader starts or a follower is promoted.</summary>
[Trait("Category", "Unit")]
public sealed class SilentStartProperties
{
    private static readonly LiveSettings Fast = new() { MinDelayMs = 0, MaxDelayMs = 1, ReplicationTimeoutMs = 200 };

    /// <summary>P2, P6 and P9 over random silences, deaths and quorums at the start of a leader or the promotion of a follower.</summary>
    [Fact]
    public void Whoever_is_silent_no_version_is_given_twice_no_acknowledged_write_is_forgotten_and_nobody_is_ahead_of_the_leader() =>
        Gen.Int[0, 1_000_000].Sample(Play, iter: 200);

    private static void Play(int seed)
    {
        var world = new VirtualWorld(seed);
        var random = new Random(seed);
        var followers = random.Next(1, 6);
        var settings = Fast with { WriteQuorum = random.Next(0, followers + 1), QuorumCountsLeader = random.Next(4) == 0 };
        var cluster = new ReplicaCluster(world, followers, settings);
        var dead = new HashSet<string>();
        for (var round = 0; round < 3; round++)
        {
            var silent = cluster.Nodes.Where(n => n.Id != "leader").Where(_ => random.Next(3) == 0).Select(n => n.Id).ToArray();
            Silence(cluster, true, silent);
            var promised = Write(cluster, random, round);
            Silence(cluster, false, silent);
            if (random.Next(2) == 0) world.Advance(random.Next(0, 3000));
            Fail(cluster, random, dead);
            if (cluster.Nodes.Any(n => n.Replica.Leader is { HasBegun: true } && !dead.Contains(n.Id))) AssertKept(cluster, promised, dead, $"seed {seed}, round {round}, at once");
            Silence(cluster, false, [.. cluster.Nodes.Where(n => !dead.Contains(n.Id)).Select(n => n.Id)]);
            world.Advance(15_000);
            dead.Clear();
            // Two that could not hear each other may have sent each other back: then one click makes a leader, without force.
            if (!cluster.Nodes.Any(n => n.Replica.Leader is { HasBegun: true })) cluster.Promote(cluster.Nodes[random.Next(cluster.Nodes.Count)]);
            AssertKept(cluster, promised, dead, $"seed {seed}, round {round}, healed");
        }

        var given = cluster.Log.Of(EventKind.WriteAccepted).Select(e => e.EntryVersion).ToList();
        Assert.True(given.Count == given.Distinct().Count(), $"seed {seed}: {string.Join(" | ", given)}\n{string.Join("\n", Reigns(cluster))}");
        cluster.Repair(25);
        Assert.True(cluster.Nodes.Count(n => n.Replica.Leader is { HasBegun: true }) == 1, $"seed {seed}: {string.Join("\n", Reigns(cluster))}");
        Assert.All(cluster.Nodes, n => Assert.All(n.Entries(), e => Assert.True(e.Value.Version <= cluster.Leading.Held(e.Key), $"seed {seed}: {n.Id} is ahead of the leader")));
        cluster.End();
    }

    private static IEnumerable<string> Reigns(ReplicaCluster cluster) => cluster.Log.Moments
        .Where(m => m.Event.Kind is EventKind.LeaderRecovered or EventKind.LeaderPromoted or EventKind.LeaderSteppedDown or EventKind.LeaderWaiting)
        .Select(m => $"{m.At} {m.Event.Node}/{m.Event.Incarnation} {m.Event.Kind} {m.Event.EntryVersion} {m.Event.Detail}");

    /// <returns>Of each success: its key, its version, and which processes held it when it was promised.</returns>
    private static List<(string Key, EntryVersion Version, string[] Holders)> Write(ReplicaCluster cluster, Random random, int round)
    {
        var promised = new List<(string, EntryVersion, string[])>();
        for (var i = 0; i < 4; i++)
        {
            var key = $"k{random.Next(3)}";
            var answer = cluster.Write(key, $"{round}.{i}");
            if (answer.Status != WriteStatus.Success) continue;
            promised.Add((key, answer.Version, [.. cluster.Nodes.Where(n => n.Held(key) >= answer.Version).Select(Process)]));
        }

        return promised;
    }

    private static string Process(SimulatedNode node) => $"{node.Id}/{node.Incarnation}";

    /// <summary>Some followers restart empty, some fall silent, the leader dies; then it starts again, or a follower is promoted.</summary>
    private static void Fail(ReplicaCluster cluster, Random random, HashSet<string> dead)
    {
        var old = cluster.Leading;
        cluster.Kill(old);
        foreach (var node in cluster.Nodes.Where(n => n != old && random.Next(4) == 0))
        {
            // Where all lose their memory together nobody can know that there was a past.
            if (cluster.Nodes.Count(n => n != old && n.Replica.Remembers) < 2) break;
            cluster.Kill(node);
            cluster.Restart(node, leads: false);
        }

        Silence(cluster, true, [.. cluster.Nodes.Where(n => n != old && random.Next(2) == 0).Select(n => n.Id)]);
        if (random.Next(2) == 0)
        {
            cluster.BeginRestart(old);
            cluster.World.Advance(5000);
            return;
        }

        dead.Add(old.Id);
        try
        {
            cluster.Promote(cluster.Nodes.Where(n => n != old).ElementAt(random.Next(cluster.Nodes.Count - 1)));
        }
        catch (ReignException)
        {
            // Too few answer: whoever led starts again.
        }

        dead.Clear();
        cluster.BeginRestart(old);
        cluster.World.Advance(5000);
    }

    private static void AssertKept(ReplicaCluster cluster, List<(string Key, EntryVersion Version, string[] Holders)> promised, HashSet<string> dead, string when)
    {
        var alive = cluster.Nodes.Where(n => !dead.Contains(n.Id)).Select(Process).ToHashSet();
        foreach (var (key, version, holders) in promised.Where(p => p.Holders.Any(alive.Contains)))
            Assert.True(cluster.Leading.Held(key) >= version, $"{when}: {version} of {key} was held by {string.Join(", ", holders)}, the leader {cluster.Leading.Id} holds {cluster.Leading.Held(key)}");
    }

    private static void Silence(ReplicaCluster cluster, bool silent, params string[] nodes)
    {
        foreach (var id in nodes) ReplicaCluster.SetSilent(cluster[id], silent);
    }
}
