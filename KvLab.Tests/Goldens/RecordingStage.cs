using KvLab.Core.Observation.Messages;
using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using KvLab.Tests.Stories;

namespace KvLab.Tests.Goldens;

/// <summary>A virtual stage that also notes what a dashboard would learn without any event, in the words that goldens have had since before there was a simulator.</summary>
/// <param name="notes">In the order in which they happened. Position: so many events had happened before.</param>
internal sealed class RecordingStage(SimulatedRun run, List<(int Position, TimeSpan At, Told What)> notes)
    : WatchedCluster(run.Cluster, ScenarioRunner.Beginning, message => notes.Add((run.Log.Moments.Count, new TimeSpan(run.Cluster.Time.GetTimestamp()), Noted(message))))
{
    /// <summary>A golden ends with its story: what puts the lab back belongs to no story.</summary>
    public override Task EndAsync(CancellationToken cancellation) => Task.CompletedTask;

    private static Told Noted(IngestMessage message) => message switch
    {
        ClientsTold { Answers: [var answer] } => new Answered(answer),
        ClientsTold { Unreachable: > 0 } => new Unreached(),
        NodeIntroduced { Hello: var hello } => new Message(new NodeIntroduced(hello with { BootId = null, MonotonicNs = 0, OriginNs = 0 })),
        ProcessChanged { Notice: not null } killed => new Message(killed with { Notice = "killed from the page" }),
        _ => new Message(message),
    };
}
