using System.Collections.Immutable;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;

namespace KvLab.Core.Simulator;

/// <summary>Something to bring about by choosing what happens. Whether it has come about is for the observer to say.</summary>
/// <param name="Name">In addresses.</param>
/// <param name="Lesson">Why it came about, for whoever has done it.</param>
/// <param name="Solution">The shortest known: lines of the story language behind <c>&gt; </c>, or the sentences of choices.</param>
public sealed record Challenge(string Name, string Title, string Task, string Hint, string Lesson, SimulationPlan Plan, Func<ClusterSnapshot, bool> IsSolved, ImmutableArray<string> Solution)
{
    private const string Straggler = "follower-2";

    public static readonly ImmutableArray<Challenge> All =
    [
        new("stale", "A stale update is refused",
            "Let a follower refuse a stale update.",
            "Two writes of one key are on their way at once. Nobody says which must arrive first.",
            "The follower held the newer version already. It compares, keeps what it has, and acknowledges the older one: that one is no longer needed.",
            SimulationPlan.Standard, s => s.Kpis.RefusedStale > 0,
            ["> write k1 = old", "> write k1 = new", "v2 of k1 arrives at follower-2.", "v1 of k1 arrives at follower-2."]),
        new("naive", "Nobody compares versions",
            $"Here the last arrival wins. Make {Straggler} hold an older version than the leader when every message to every follower has arrived.",
            $"All messages arrive in the end. In which order do they have to reach {Straggler}?",
            "Without a comparison the last arrival wins, and it was the older one. Nothing is on its way any more, so nothing will mend it: all writes are delivered, and the replicas differ.",
            With(1, VersioningMode.Naive), s => s.Quiescent && s.Keys.Values.Any(k => k.Cells.TryGetValue(Straggler, out var cell) && cell.Version < k.Leader),
            [
                "> write k1 = old", "leader stores v1 of k1; in naive mode it took the number in an earlier step.", "> write k1 = new", "leader stores v2 of k1; in naive mode it took the number in an earlier step.",
                "v2 of k1 arrives at follower-2.", "v1 of k1 arrives at follower-2.", "v1 of k1 arrives at follower-1.", "v2 of k1 arrives at follower-1.",
                "v1 of k1 arrives at follower-3.", "v2 of k1 arrives at follower-3.",
            ]),
        new("lost", "What a promise of one is worth",
            "W = 1: a client is told of success when one follower has the write. Lose a write whose client was told of success.",
            "Which nodes hold the write when its client is answered? A node that is killed loses what it holds in memory.",
            "With W = 1 two nodes held the write: the leader and one follower. When both are gone, a promise to a client is broken. A promise outlives as many nodes as hold it, less one.",
            With(1, VersioningMode.Versioned), s => s.Durability.Counts.Lost > 0,
            [
                "> write k1 = a", "v1 of k1 arrives at follower-1.", "v1 of k1 is lost on its way to follower-2.", "v1 of k1 is lost on its way to follower-3.",
                "leader is killed, and what it holds in memory is gone.", "follower-1 is killed, and what it holds in memory is gone.",
            ]),
        new("kept", "A promise that is kept",
            "W = 3 of 3: let a client be told of success, then kill the leader and let another node lead that still has the write.",
            "A follower that takes over asks the others what they hold.",
            "All three followers held the write before its client was told, so whichever takes over has it. With a smaller W it depends on which nodes die.",
            With(3, VersioningMode.Versioned), s => s.Reign > 1 && !s.NobodyLeads && s.Durability.Counts is { Acknowledged: > 0, Lost: 0 },
            [
                "> write k1 = a", "v1 of k1 arrives at follower-1.", "v1 of k1 arrives at follower-2.", "v1 of k1 arrives at follower-3.",
                "leader is killed, and what it holds in memory is gone.", "The most up-to-date follower takes over.",
            ]),
        new("backwards", "A reader goes back in time",
            "All reads here are of one reader. Let it go back in time: it reads a newer version first, and an older one, or none, afterwards.",
            "Not all nodes have a write at the same moment. Which of them does the reader ask first?",
            "Each node answered what it holds, and they hold different versions while a write is on its way. A client that must not go back remembers the version it has seen, and takes no older one.",
            SimulationPlan.Standard, s => s.ReadsBackwards > 0,
            [
                "> write k1 = a", "A client reads k1 from leader.", "The answer of leader to a read of k1 arrives.",
                "A client reads k1 from follower-1.", "The answer of follower-1 to a read of k1 arrives.",
            ]),
        .. Puzzles.Make(),
    ];

    /// <summary>One node makes a mistake, and it is to be shown.</summary>
    public bool IsPuzzle => Plan.Bug is not null;

    /// <returns>Null where there is none of this name.</returns>
    public static Challenge? Find(string? name) => All.FirstOrDefault(c => c.Name == name);

    /// <summary>A simulation that has come about by the solution, step by step.</summary>
    public Simulation Solve(int? steps = null)
    {
        var simulation = new Simulation(Plan);
        foreach (var step in Solution.Take(steps ?? Solution.Length))
        {
            if (step.StartsWith("> ", StringComparison.Ordinal)) simulation.Do(step[2..]);
            else simulation.Choose(simulation.Enabled.First(c => c.Sentence == step));
        }

        return simulation;
    }

    private static SimulationPlan With(int quorum, VersioningMode versioning) =>
        SimulationPlan.Standard with { Settings = SimulationPlan.Standard.Settings with { WriteQuorum = quorum, Versioning = versioning } };
}
