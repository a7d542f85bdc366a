using KvLab.Core.Control;
using KvLab.Core.Replication;
using KvLab.Core.Settings;

namespace KvLab.Core.Scenarios;

/// <summary>
/// Plays one scenario on a stage, step by step. A command that cannot be carried out ends the run; an expectation that does not hold fails it, and the story goes on,
/// so that one run shows everything that is not as it was told. <c>ScenarioRunner.Expectations.cs</c> says what each expectation means.
/// </summary>
/// <param name="onChange">Told every new state, on the runner's thread.</param>
public sealed partial class ScenarioRunner(Scenario scenario, IClusterControl stage, Action<ScenarioRun>? onChange = null)
{
    /// <summary>How long <c>wait until</c> and <c>expect eventually</c> look; only what never comes takes that long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(25);

    /// <summary>What every scenario begins with, whatever the lab was set to: quick, and the same each time.</summary>
    public static readonly LiveSettings Beginning = new() { WriteQuorum = 1, MinDelayMs = 1, MaxDelayMs = 5, Seed = 42, ReplicationTimeoutMs = 1000 };

    private readonly ScenarioWrites _writes = new(stage);
    private JudgedRead? _read;
    private ScenarioRun _run = ScenarioRun.Of(scenario, "", stage.Name, stage.Time.GetUtcNow());

    /// <summary>Never throws for what happens on the stage: the result says it.</summary>
    public async Task<ScenarioRun> RunAsync(string id, CancellationToken cancellation)
    {
        var start = stage.Time.GetTimestamp();
        _run = _run with { Id = id };
        onChange?.Invoke(_run);
        var (state, problem) = await PlayAsync(start, cancellation);
        try
        {
            // Also after a cancellation: the lab is left as it was found.
            await stage.EndAsync(CancellationToken.None);
        }
        catch (Exception failure)
        {
            (state, problem) = (ScenarioState.Broken, $"{problem} The lab could not be restored: {failure.Message}".Trim());
        }

        Publish(_run with { State = state, Problem = problem });
        return _run;
    }

    private async Task<(ScenarioState, string?)> PlayAsync(long start, CancellationToken cancellation)
    {
        try
        {
            await stage.BeginAsync(LiveSettingsPatch.Of(Beginning) with { RestartSchedule = true }, cancellation);
            for (var i = 0; i < scenario.Steps.Count; i++)
            {
                var step = scenario.Steps[i];
                var atMs = stage.Time.GetElapsedTime(start).TotalMilliseconds;
                Set(i, _run.Steps[i] with { State = StepState.Running, AtMs = atMs });
                var (ok, note, found) = await StepAsync(step, cancellation);
                Set(i, _run.Steps[i] with { Measured = found, State = ok ? StepState.Ok : StepState.Failed, Note = note, TookMs = stage.Time.GetElapsedTime(start).TotalMilliseconds - atMs });
                if (!ok && !step.IsExpectation) return (ScenarioState.Broken, $"Line {step.Line}, {step.Text}: {note}");
            }

            await _writes.AllAnsweredAsync(cancellation);
            return (_run.Steps.Any(s => s.State == StepState.Failed) ? ScenarioState.Failed : ScenarioState.Passed, null);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return (ScenarioState.Cancelled, null);
        }
        catch (Exception failure)
        {
            return (ScenarioState.Broken, failure.Message);
        }
    }

    private async Task<(bool Ok, string? Note, Measured? Found)> StepAsync(ScenarioStep step, CancellationToken cancellation)
    {
        try
        {
            switch (step.Command)
            {
                case ExpectCommand expect:
                    var (holds, note) = await ExpectAsync(expect, cancellation);
                    return (holds, note, null);
                case MeasureCommand measure:
                    var found = await MeasureAsync(measure, cancellation);
                    return (true, Describe(found), found);
                default:
                    return (true, await DoAsync(step.Command, cancellation), null);
            }
        }
        catch (ControlException failure)
        {
            return (false, failure.Message, null);
        }
    }

    /// <summary>One command, also outside of a story.</summary>
    /// <returns>What came of it, for people; null where there is nothing to say.</returns>
    /// <exception cref="ControlException">The stage cannot do it, and nothing has changed.</exception>
    public async Task<string?> DoAsync(ScenarioCommand command, CancellationToken cancellation)
    {
        switch (command)
        {
            case SettingsCommand settings:
                await stage.ChangeSettingsAsync(settings.Patch, cancellation);
                return null;
            case WriteCommand write:
                var begun = _writes.Begin(write.Name, write.Key, write.Value, write.DelaysMs, cancellation);
                return write.Waits ? ScenarioWrites.Describe(await begun) : null;
            case BurstCommand burst:
                var all = _writes.BeginBurst(burst, cancellation);
                return burst.Waits ? await all : null;
            case ReadCommand read:
                _read = await ReadAsync(read, cancellation);
                return _read.Describe();
            case NodeCommand node:
                await stage.ActAsync(node.Act, Resolve(node.Node), node.AmountMs, cancellation);
                return null;
            case StartCommand start:
                await stage.StartAsync(start.Node, start.Recovers, cancellation);
                return null;
            case LinkCommand link:
                await stage.SetLinkAsync(link.Follower, link.Faults, cancellation);
                return link.Faults.Describe();
            case PartitionCommand partition:
                await stage.PartitionAsync(partition.OtherSide, cancellation);
                return null;
            case HealCommand heal:
                await stage.HealAsync(heal.Follower, cancellation);
                return null;
            case FailOverCommand failOver:
                return await stage.FailOverAsync(failOver.To, cancellation);
            case PauseCommand pause:
                await Task.Delay(TimeSpan.FromMilliseconds(pause.Ms), stage.Time, cancellation);
                return null;
            case WaitCommand { ForAnswersOnly: true }:
                await _writes.AllAnsweredAsync(cancellation);
                return null;
            case WaitCommand:
                await _writes.AllAnsweredAsync(cancellation);
                if (!await UntilAsync(() => stage.IsQuietAsync(cancellation), cancellation))
                    throw new ControlException($"Not all writes were delivered within {Patience.TotalSeconds:0} s: a write or a delivery is still under way.");
                return null;
            default:
                throw new ControlException($"No one knows how to do {command.GetType().Name}.");
        }
    }

    private async Task<JudgedRead> ReadAsync(ReadCommand read, CancellationToken cancellation)
    {
        // What was promised when it begins is what it must not miss.
        var promised = _writes.Answered.Where(w => w.Key == read.Key && w.Answer.Status == WriteStatus.Success).Select(w => w.Answer.Version).ToArray();
        return new JudgedRead(await stage.ReadAsync(read.Key, read.Node is { } node ? Resolve(node) : null, read.R, cancellation), promised);
    }

    private string Resolve(string node) => node == Places.Reigning
        ? stage.Nodes.FirstOrDefault(n => n is { Leads: true, Up: true })?.Id ?? throw new ControlException("There is no leader now.")
        : node;

    /// <returns>False when patience ended first.</returns>
    private async Task<bool> UntilAsync(Func<Task<bool>> condition, CancellationToken cancellation)
    {
        var start = stage.Time.GetTimestamp();
        while (!await condition())
        {
            if (stage.Time.GetElapsedTime(start) > Patience) return false;
            await Task.Delay(Look, stage.Time, cancellation);
        }

        return true;
    }

    private void Set(int step, StepResult result) => Publish(_run with { Steps = _run.Steps.SetItem(step, result) });

    private void Publish(ScenarioRun run)
    {
        _run = run with { Disturbances = stage.Disturbances };
        onChange?.Invoke(_run);
    }
}
