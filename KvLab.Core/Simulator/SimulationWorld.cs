using KvLab.Core.Analysis;
using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replays;
using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using KvLab.Core.Simulator.Mutants;

namespace KvLab.Core.Simulator;

/// <summary>
/// One run of a plan along a path: the cluster, its clock, and the stream that its observer was told. Whoever steps it chooses what happens next; between two choices everything that
/// follows at once runs, first in, first out. It cannot go back: whoever wants to begins anew.
/// </summary>
/// <remarks>Not safe for concurrent use, but any thread may step it.</remarks>
internal sealed class SimulationWorld : IEventSink
{
    /// <summary>A day on its clock.</summary>
    private const double LongestMs = 86_400_000;

    private static readonly Scenario NoStory = Scenario.Parse("# One step at a time\n> heal", "steps");

    private readonly VirtualWorld _world;
    private readonly ClusterObserver _observer;
    private readonly SimulatedCluster _cluster;
    private readonly ScenarioRunner _runner;
    private readonly List<NodeEvent> _untold = [];
    private readonly IReadOnlyList<string> _script;
    private readonly bool _introduced;
    private int _told;

    public SimulationWorld(SimulationPlan plan)
    {
        _world = new VirtualWorld(plan.Seed, inOrder: true);
        _observer = new ClusterObserver(_world.Time, OrderStatistics.PredictedMeanMs, keep: Tape.Add);
        SimulatedCluster? cluster = null;
        var begin = plan.Start is { } text ? RecordedStart.Read(text) : null;
        _script = plan.Script is { } script ? Script.Check(script) : [];
        _world.Do(() => cluster = new SimulatedCluster(_world.Time, plan.Followers, plan.Settings, this,
            node => SimulationBug.StoreOf(plan.Bug, node), (node, right) => SimulationBug.TransportOf(plan.Bug, node, right), begin?.Cluster));
        _cluster = cluster!;
        Stage = new WatchedCluster(_cluster, plan.Settings, Tell);
        _runner = new ScenarioRunner(NoStory, Stage);
        _observer.Begin();
        Stage.IntroduceAll(begin?.Cluster);
        _introduced = true;
        if (begin is null) _world.Run(_cluster.StartAsync);
        // What is under way there stays under way: no time passes.
        else Begin(_cluster.StartAsync);
        foreach (var line in begin?.Lines ?? []) Begin(() => _runner.DoAsync(LineReader.Read(line), CancellationToken.None));

        End();
    }

    public GrowingTape Tape { get; } = new();
    public WatchedCluster Stage { get; }

    /// <summary>After each step: so many elements had been told, what the clock showed, and what could happen next; the first is of the beginning.</summary>
    public List<(long Elements, TimeSpan Now, Possible Next)> Places { get; } = [];

    public ClusterSnapshot Snapshot { get; private set; } = null!;

    public TimeSpan Now => _world.Now;
    public int Steps => Places.Count - 1;

    /// <summary>That nodes told; all of them are kept.</summary>
    public int Events { get; private set; }

    /// <summary>Of its story; null where there is none, or it is over.</summary>
    private string? NextLine => _told < _script.Count ? _script[_told] : null;

    /// <summary>Writes that clients have begun.</summary>
    private int Writes { get; set; }

    public IReadOnlyList<DueTimer> Pending => Places[^1].Next.Due;

    private Possible Next() => new(_world.Time.Pending, [.. _cluster.Members.Select(n => new PossibleNode(n.Id, n.Up, n.IsFrozen, n.Replica.Leader is not null))], Writes, NextLine);

    /// <exception cref="ControlException">It cannot be done; nothing has changed.</exception>
    public void Take(Choice choice)
    {
        if (choice.Line is { } line)
        {
            Do(line, next: choice.Kind == ChoiceKind.Story);
            return;
        }

        _world.Do(() =>
        {
            if (choice.Kind != ChoiceKind.Timer && Pending.First(t => t.Number == choice.Timer).For is MessageUnderWay message) message.Fate = FateOf(choice.Kind);
            _world.Time.Fire(choice.Timer);
        });
        End();
    }

    private static LinkFaults? FateOf(ChoiceKind kind) => kind switch
    {
        ChoiceKind.Drop => LinkFaults.None with { Request = DirectionFaults.None with { DropNext = 1 } },
        ChoiceKind.DropAnswer => LinkFaults.None with { Answer = DirectionFaults.None with { DropNext = 1 } },
        ChoiceKind.Duplicate => LinkFaults.None with { Request = DirectionFaults.None with { DuplicatePercent = 100 } },
        _ => null,
    };

    /// <summary>Carries out a line of the story language. What it waits for goes on while others choose what happens.</summary>
    /// <exception cref="ControlException">It cannot be done; nothing has changed.</exception>
    /// <param name="next">It is the next one of its story.</param>
    public void Do(string line, bool next = false)
    {
        var command = LineReader.Read(line);
        Said = null;
        var done = Begin(() => _runner.DoAsync(command, CancellationToken.None));
        _world.Do(() => _ = HearAsync(done));
        if (next) _told++;
        if (command is WriteCommand) Writes++;
        if (command is BurstCommand burst) Writes += burst.Writes;
        End();
    }

    /// <summary>Begins something and what follows from it at once; what it waits for is others' choice.</summary>
    /// <exception cref="ControlException">It failed at once.</exception>
    private T Begin<T>(Func<T> begin) where T : Task
    {
        T? begun = null;
        _world.Do(() => begun = begin());
        if (begun!.Exception?.InnerException is { } refused) throw refused as ControlException ?? new ControlException(refused.Message, refused);
        return begun;
    }

    /// <summary>What comes of a command that others' choices let end; null while nothing came of any.</summary>
    public string? Said { get; private set; }

    private async Task HearAsync(Task<string?> command)
    {
        try
        {
            if (await command is { } said) Said = said;
        }
        catch (Exception failure)
        {
            Said = failure.Message;
        }
    }

    /// <exception cref="ControlException">It is in the past, or further than a simulation goes.</exception>
    public void CheckMoment(double ms)
    {
        if (ms >= Now.TotalMilliseconds && ms <= LongestMs) return;
        throw new ControlException(FormattableString.Invariant($"until must be from {Now.TotalMilliseconds:0.###}, which is now, to {LongestMs} ms, but is {ms}; to go back, use undo."));
    }

    /// <summary>The clock goes on; nothing is due before, so nothing is told.</summary>
    /// <param name="further">It is the step before that goes on.</param>
    /// <exception cref="ControlException">As for <see cref="CheckMoment"/>, or something is due before.</exception>
    public void MoveTo(double ms, bool further = false)
    {
        CheckMoment(ms);
        if (Pending is [var next, ..] && next.Due.TotalMilliseconds < ms) throw new ControlException(FormattableString.Invariant($"Something is due before {ms} ms."));
        _world.Do(() => _world.Time.MoveTo(TimeSpan.FromMilliseconds(ms)));
        if (further) Places.RemoveAt(Places.Count - 1);
        Places.Add((Tape.Elements, Now, Next()));
    }

    private void End()
    {
        TellEvents();
        Snapshot = _observer.TakeSnapshot() ?? Snapshot;
        Tape.Keep(_observer.SaveKeyframe);
        Places.Add((Tape.Elements, Now, Next()));
    }

    void IEventSink.Publish(NodeEvent nodeEvent)
    {
        Events++;
        _untold.Add(nodeEvent);
    }

    private void Tell(IngestMessage message)
    {
        if (_introduced) TellEvents();
        _observer.Tell(message);
    }

    /// <summary>In the order in which they happened; what one node did in a row is one batch.</summary>
    private void TellEvents()
    {
        for (var i = 0; i < _untold.Count;)
        {
            var first = _untold[i];
            var count = 1;
            while (i + count < _untold.Count && _untold[i + count].Node == first.Node && _untold[i + count].Incarnation == first.Incarnation) count++;
            _observer.Tell(new EventsReceived(new EventBatch { Node = first.Node, Incarnation = first.Incarnation, Events = [.. _untold.GetRange(i, count)] }));
            i += count;
        }

        _untold.Clear();
    }
}
