using System.Collections.Immutable;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Simulator.Mutants;
using KvLab.Core.Versioning;

namespace KvLab.Core.Simulator;

/// <summary>Challenges with a bug: one node makes one mistake, and somebody has to find a schedule that shows it. No schedule shows it where all nodes are right.</summary>
internal static class Puzzles
{
    private const string Suspect = "follower-2";

    /// <summary>Two followers: as few messages as show it. One ack is enough for a client.</summary>
    private static readonly SimulationPlan Small = SimulationPlan.Standard with { Followers = 2, Settings = SimulationPlan.Standard.Settings with { WriteQuorum = 1 } };

    /// <summary>Made, not kept: whichever of this and the challenges is asked for first, both are whole.</summary>
    public static ImmutableArray<Challenge> Make() =>
    [
        new("puzzle-older", "Puzzle: an older value stays",
            $"{Suspect} has one bug. Versions are compared here. Make {Suspect} replace a newer version with an older one, and still hold the older one when nothing is on its way any more.",
            $"Everything may arrive. It is the order at {Suspect} that matters.",
            $"The bug: the store of {Suspect} does not compare versions; its last arrival wins.",
            With(Mutant.LastArrivalWins), s => Ends(s, e => e is { Kind: EventKind.EntryApplied, Naive: false } && e.Held > e.EntryVersion),
            [
                "> write k1 = old", "> write k1 = new", "v2 of k1 arrives at follower-2.", "v1 of k1 arrives at follower-2.",
                "v1 of k1 arrives at follower-1.", "v2 of k1 arrives at follower-1.",
            ]),
        new("puzzle-missing", "Puzzle: a write is refused without cause",
            $"{Suspect} has one bug. Make it refuse a write although it holds nothing newer of that key, so that it lacks the write when all messages have arrived.",
            "Clients here know more than one key.",
            $"The bug: the store of {Suspect} compares a version with the newest of all keys, where each key has its own. Its refusal counts as an ack, as always, so nobody was told.",
            With(Mutant.IgnoresKeys), s => Ends(s, RefusedNewer),
            [
                "> write k1 = a", "> write k2 = b", "v2 of k2 arrives at follower-2.", "v1 of k1 arrives at follower-2.",
                "v1 of k1 arrives at follower-1.", "v2 of k2 arrives at follower-1.",
            ]),
        new("puzzle-promise", "Puzzle: a promise that nobody made",
            "W = 1, and the leader has one bug. Let a client be told of success although its write has never reached any follower.",
            "What does a leader hear of a follower that is not there?",
            "The bug: the leader takes a refused connection for an ack: nobody is there, and that counts.",
            Small with { Bug = new SimulationBug(Mutant.CountsRefusals, NodeRoles.Leader) }, IsPromisedByNobody,
            [
                "> write k1 = a", "follower-2 is killed, and what it holds in memory is gone.", "v1 of k1 arrives at follower-2.",
            ]),
    ];

    private static SimulationPlan With(Mutant mutant) => Small with { Bug = new SimulationBug(mutant, Suspect) };

    /// <summary>It is over, the suspect is behind, and did what no right follower ever does: one that lost a message, or its memory, is behind too.</summary>
    private static bool Ends(ClusterSnapshot s, Func<NodeEvent, bool> gaveItselfAway) =>
        s.Quiescent
        && s.Keys.Values.Any(k => (k.Cells.TryGetValue(Suspect, out var cell) ? cell.Version : EntryVersion.None) < k.Leader)
        && s.Events.LatestArrivalFirst().Any(e => e.Node == Suspect && gaveItselfAway(e));

    private static bool RefusedNewer(NodeEvent e) => e.Kind == EventKind.EntryRefused && e.EntryVersion > e.Held;

    /// <summary>Not even one that held something newer, and confirmed it by that.</summary>
    private static bool IsPromisedByNobody(ClusterSnapshot s)
    {
        var reached = s.Events.LatestArrivalFirst().Where(e => e.Kind is EventKind.EntryApplied or EventKind.EntryRefused or EventKind.EntryDuplicate).Select(e => e.EntryVersion).ToHashSet();
        return s.Writes.Any(w => w is { Status: WriteStatus.Success, Required: > 0, LeaderCounted: false } && !reached.Contains(w.Version));
    }
}
