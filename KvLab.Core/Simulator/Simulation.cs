using KvLab.Core.Control;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replays;

namespace KvLab.Core.Simulator;

/// <summary>A path that was left for another one.</summary>
/// <param name="At">So many steps both have in common.</param>
public sealed record Branch(int At, IReadOnlyList<PathStep> Path);

/// <summary>
/// A cluster under a clock that somebody holds. It stands at a place of its path; going back is a seek in what was told, and only a new choice at an earlier place has the cluster run
/// anew up to there. What was gone before is kept as a branch. Safe for concurrent use; one step at a time.
/// </summary>
public sealed class Simulation
{
    public const int MostSteps = 20_000;
    public const int MostBranches = 100;

    /// <summary>All that is told is kept in memory: some 100 MB at most.</summary>
    public const int MostEvents = 400_000;

    private readonly Lock _gate = new();
    private readonly List<PathStep> _path = [];
    private readonly List<Branch> _branches = [];
    private readonly ParkedWorlds _parked;

    // Stands at the end of the path, unless somebody went back and chose nothing yet; null while it is parked.
    private SimulationWorld? _world;
    private IReadOnlyList<Choice>? _enabled;
    private int _at;

    /// <param name="path">To be gone at once; what can be done of it is.</param>
    /// <exception cref="ControlException">A step of the path cannot be done here: it is of another plan or of another build.</exception>
    public Simulation(SimulationPlan plan, IReadOnlyList<PathStep>? path = null)
    {
        Plan = plan;
        _parked = new ParkedWorlds(plan, Apply);
        _world = new SimulationWorld(plan);
        foreach (var (number, step) in (path ?? []).Index())
        {
            try
            {
                Take(step);
            }
            catch (ControlException refused)
            {
                throw new ControlException($"Step {number + 1} of the path cannot be done: {refused.Message}", refused);
            }
        }
    }

    public SimulationPlan Plan { get; }

    /// <summary>How many steps of the path have been gone at the place where it stands.</summary>
    public int At { get { lock (_gate) return _at; } }

    /// <summary>Of the whole path, also beyond the place where it stands.</summary>
    public int Steps { get { lock (_gate) return _path.Count; } }

    public IReadOnlyList<PathStep> Path { get { lock (_gate) return [.. _path]; } }

    /// <summary>What opens the same state elsewhere: the plan and the path up to here (<see cref="PathLink"/>).</summary>
    public string Link { get { lock (_gate) return PathLink.Write(Plan, _path[.._at]); } }

    public IReadOnlyList<Branch> Branches { get { lock (_gate) return [.. _branches]; } }

    /// <summary>Elements of the stream that had been told there, and the stream, which is another one after a new choice further back.</summary>
    public (GrowingTape Tape, long Elements) Place { get { lock (_gate) return (World.Tape, World.Places[_at].Elements); } }

    /// <summary>What was so there.</summary>
    public ClusterSnapshot Snapshot
    {
        get
        {
            lock (_gate)
            {
                if (_at == World.Steps) return World.Snapshot;
                var replay = new Replay(World.Tape);
                replay.GoTo(new ReplayPlace(World.Places[_at].Elements));
                return replay.Look();
            }
        }
    }

    /// <summary>What could happen next there, each with its place in this list.</summary>
    public IReadOnlyList<Choice> Enabled { get { lock (_gate) return _enabled ??= Choices.Of(World.Places[_at].Next); } }

    /// <summary>What came of the last command, a sentence; null where nothing came of it yet, or after going back.</summary>
    public string? Said { get { lock (_gate) return _world is { } world && world.Steps == _at ? world.Said : null; } }

    /// <summary>The clock of the simulation there.</summary>
    public double NowMs { get { lock (_gate) return World.Places[_at].Now.TotalMilliseconds; } }

    /// <exception cref="ControlException">There is no such choice, or it cannot be done; nothing has changed.</exception>
    public void Choose(int index)
    {
        lock (_gate) Record(new PathStep(Choice: index));
    }

    /// <summary>What somebody saw in the list, wherever it stands there by now: who presses twice in a row presses the second time into an old list.</summary>
    /// <exception cref="ControlException">It cannot happen any more; nothing has changed.</exception>
    public void Choose(Choice seen)
    {
        lock (_gate)
        {
            var now = Enabled.FirstOrDefault(c => (c.Kind, c.Timer, c.Node, c.Key) == (seen.Kind, seen.Timer, seen.Node, seen.Key))
                ?? throw new ControlException($"This cannot happen any more: {seen.Sentence}");
            Record(new PathStep(Choice: now.Index));
        }
    }

    /// <inheritdoc cref="Choose(int)"/>
    public void Do(string line)
    {
        lock (_gate) Record(new PathStep(Do: line));
    }

    /// <summary>Lets happen by itself what is due until then, step by step.</summary>
    /// <exception cref="ControlException">That is in the past, or would be too many steps; what was done until then stays.</exception>
    public void GoOnUntil(double ms)
    {
        lock (_gate)
        {
            var world = Caught();
            world.CheckMoment(ms);
            while (world.Pending is [var next, ..] && next.Due.TotalMilliseconds <= ms) Record(new PathStep(Choice: 0));
            if (world.Now.TotalMilliseconds < ms) MoveOn(world, ms);
        }
    }

    /// <summary>Whoever lets time pass in many small pieces has made one step.</summary>
    private void MoveOn(SimulationWorld world, double ms)
    {
        if (_at == 0 || _at < _path.Count || _path[_at - 1].UntilMs is null)
        {
            Record(new PathStep(UntilMs: ms));
            return;
        }

        world.MoveTo(ms, further: true);
        (_path[_at - 1], _enabled) = (new PathStep(UntilMs: ms), null);
    }

    /// <summary>Back by so many steps, or on again where negative; never beyond the ends of the path.</summary>
    public void Undo(int steps)
    {
        lock (_gate)
        {
            _at = (int)Math.Clamp((long)_at - steps, 0, _path.Count);
            _enabled = null;
        }
    }

    /// <summary>Goes to a path that was left before, to its end.</summary>
    public void GoToBranch(int number)
    {
        lock (_gate)
        {
            if (number < 0 || number >= _branches.Count) throw new ControlException($"There is no branch {number}; there are {_branches.Count}.");
            var wanted = _branches[number];
            _branches[number] = new Branch(wanted.At, [.. _path]);
            var same = _path.Zip(wanted.Path).TakeWhile(pair => pair.First == pair.Second).Count();
            _path.Clear();
            _path.AddRange(wanted.Path);
            _parked.ForgetAfter(same);
            (_at, _world, _enabled) = (_path.Count, null, null);
        }
    }

    /// <summary>Keeps the path alone. Whoever asks next waits until the cluster has run along it again.</summary>
    public void Park()
    {
        lock (_gate)
        {
            _parked.Clear();
            (_world, _enabled) = (null, null);
        }
    }

    private void Record(PathStep step)
    {
        if (_at >= MostSteps) throw new ControlException($"A path has at most {MostSteps} steps.");
        if (Caught().Events >= MostEvents) throw new ControlException($"A simulation has at most {MostEvents} events; undo, or begin a new one.");
        if (_at < _path.Count)
        {
            // The same choice again goes on along the path that is there already.
            if (_path[_at].Equals(step))
            {
                Take(step, again: true);
                return;
            }

            var left = new Branch(_at, [.. _path]);
            Take(step);
            if (_branches.Count == MostBranches) _branches.RemoveAt(0);
            _branches.Add(left);
            return;
        }

        Take(step);
    }

    /// <summary>The cluster at the place where it stands: after going back it runs anew up to there.</summary>
    private SimulationWorld Caught()
    {
        if (_world?.Steps > _at) _world = null;
        return World;
    }

    /// <summary>One that has come at least as far as the place where it stands.</summary>
    private SimulationWorld World
    {
        get
        {
            _world ??= _parked.Take(_at) ?? new SimulationWorld(Plan);
            while (_world.Steps < _at) Apply(_world, _path[_world.Steps]);
            return _world;
        }
    }

    private void Take(PathStep step, bool again = false)
    {
        Apply(_world!, step);
        if (!again)
        {
            _path.RemoveRange(_at, _path.Count - _at);
            _path.Add(step);
            _parked.ForgetAfter(_at);
            _parked.Follow(_path);
        }

        (_at, _enabled) = (_at + 1, null);
    }

    private static void Apply(SimulationWorld world, PathStep step)
    {
        if (step.Do is { } line) world.Do(line);
        else if (step.UntilMs is { } ms) world.MoveTo(ms);
        else
        {
            var enabled = Choices.Of(world.Places[^1].Next);
            if (step.Choice is not { } index || index < 0 || index >= enabled.Count) throw new ControlException($"choice must be from 0 to {enabled.Count - 1}, but is {step.Choice}.");
            world.Take(enabled[index]);
        }
    }
}
