using KvLab.Core.Chaos;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation;
using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;
using KvLab.Tests.Stories;
using Xunit;

namespace KvLab.Tests.Goldens;

/// <summary>One thing that an observer learns.</summary>
internal abstract record Told;

internal sealed record Happened(NodeEvent Event) : Told;

internal sealed record Message(IngestMessage What) : Told;

internal sealed record Answered(ClientAnswer Answer) : Told;

/// <summary>A client got no answer.</summary>
internal sealed record Unreached : Told;

/// <summary>A story or a chaos run as it was played in virtual time: everything that an observer learns of it, in that order.</summary>
internal sealed record PlayedRun(string Name, IReadOnlyList<(TimeSpan At, Told What)> Told)
{
    private const int Followers = 5;

    // Fewer faults than ChaosTests have, because a golden is to be small.
    private static readonly ChaosOptions Chaos = new() { Faults = 10, Clients = 3, Keys = 12 };

    private static readonly int[] ChaosSeeds = [1, 2, 3, 4, 5];

    private const string RolledBackName = "story-rolled-back";

    private static readonly string[] Stories =
    [
        "crash-and-catch-up", "duplicate", "failover-w1", "failover-wn", "freeze", "leader-restart-naive", "lost-ack", "out-of-order",
        "partition-and-heal", "silent-start",
    ];

    /// <summary>What no story of the library comes to.</summary>
    private const string RolledBack = """
        # A write that only the old leader holds
        Nobody else has heard of it when another node leads, so it is rolled back.
        > settings W = 1, deadline = 100 ms, delivery = once
        > write k = a
        > wait until quiet
        > link follower-1 request.lossPercent = 100
        > link follower-2 request.lossPercent = 100
        > link follower-3 request.lossPercent = 100
        > link follower-4 request.lossPercent = 100
        > link follower-5 request.lossPercent = 100
        > write k = b
        > expect partial
        > freeze leader
        > heal
        > fail over to follower-1
        > thaw leader
        > expect eventually k = a on all
        > expect count entry_rolled_back = 1
        """;

    public static TheoryData<string> Names =>
        [RolledBackName, .. Stories.Select(s => $"story-{s}"), .. ChaosSeeds.Select(seed => $"chaos-{seed}")];

    /// <summary>What is done to the cluster in any of the chaos runs.</summary>
    public static IEnumerable<ChaosKind> ChaosKinds => ChaosSeeds.SelectMany(s => PlanOf(s).Faults).Select(f => f.Kind).Distinct();

    public IEnumerable<NodeEvent> Events => Told.Select(t => t.What).OfType<Happened>().Select(h => h.Event);

    public static PlayedRun Of(string name)
    {
        if (name.StartsWith("story-", StringComparison.Ordinal))
        {
            var scenario = name == RolledBackName ? Scenario.Parse(RolledBack) : ScenarioLibrary.Find(name["story-".Length..])!;
            return Play(name, new VirtualWorld(1), async stage =>
                (await new ScenarioRunner(scenario, stage).RunAsync("1", CancellationToken.None)).State == ScenarioState.Passed);
        }

        var seed = int.Parse(name["chaos-".Length..], System.Globalization.CultureInfo.InvariantCulture);
        return Play(name, new VirtualWorld(seed), async stage =>
            (await new ChaosRunner(PlanOf(seed), stage).RunAsync("1", CancellationToken.None)).State == ChaosState.Passed);
    }

    /// <summary>A story that is in no library.</summary>
    public static PlayedRun OfStory(string name, string story) => Play(name, new VirtualWorld(1) { StepLimit = 50_000_000 }, async stage =>
        (await new ScenarioRunner(Scenario.Parse(story), stage).RunAsync("1", CancellationToken.None)).State == ScenarioState.Passed);

    private static ChaosPlan PlanOf(int seed) => ChaosPlan.Draw(Chaos with { Seed = seed }, Followers);

    private static PlayedRun Play(string name, VirtualWorld world, Func<RecordingStage, Task<bool>> play)
    {
        var run = new SimulatedRun(world, Followers);
        var notes = new List<(int Position, TimeSpan At, Told What)>();
        var recording = new RecordingStage(run, notes);
        recording.IntroduceAll();
        Assert.True(world.Run(() => play(recording)),
            $"{name} did not pass, so it says nothing about what is to stay as it is.");
        return new PlayedRun(name, [.. Merge(run.Log.Moments, notes)]);
    }

    private static IEnumerable<(TimeSpan, Told)> Merge(IReadOnlyList<Moment> events, List<(int Position, TimeSpan At, Told What)> notes)
    {
        var next = 0;
        // Nodes introduce themselves before they report, although they had begun before the stage was asked.
        for (; next < notes.Count && notes[next].What is Message { What: NodeIntroduced }; next++)
            yield return (TimeSpan.Zero, notes[next].What);
        for (var i = 0; i <= events.Count; i++)
        {
            for (; next < notes.Count && notes[next].Position <= i; next++) yield return (notes[next].At, notes[next].What);
            if (i < events.Count) yield return (events[i].At, new Happened(events[i].Event));
        }
    }
}
