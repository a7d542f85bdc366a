using KvLab.Core.Control;
using KvLab.Core.Scenarios;
using KvLab.Core.Settings;

namespace KvLab.Core.Chaos;

/// <summary>
/// Plays a plan on a stage under load, then heals, lets it settle and verifies. <c>ChaosRunner.Faults.cs</c> does and undoes faults, <see cref="ChaosChecks"/> says what must hold.
/// </summary>
/// <param name="onChange">Told every new state, on the runner's thread.</param>
public sealed partial class ChaosRunner(ChaosPlan plan, IClusterControl stage, Action<ChaosReport>? onChange = null)
{
    /// <summary>How long after healing until everything is quiet and equal, and how long a kill waits for its turn; only what never comes takes that long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Between two writes of one client, so that a run is about faults and not about the machine's limit.</summary>
    private static readonly TimeSpan ThinkTime = TimeSpan.FromMilliseconds(4);

    /// <summary>After a write that got no answer.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(40);

    private readonly ScenarioWrites _writes = new(stage);
    private readonly List<FaultDone> _done = [];
    private readonly ChaosChecks _checks = new();
    private ChaosReport? _report;
    private long _start;

    private int WriteQuorum => plan.Options.WriteQuorum ?? plan.Followers;

    private double NowMs => stage.Time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>Never throws for what happens on the stage: the report says it.</summary>
    public async Task<ChaosReport> RunAsync(string id, CancellationToken cancellation)
    {
        _start = stage.Time.GetTimestamp();
        _report = ChaosReport.Of(plan, id, stage.Name, stage.Time.GetUtcNow());
        Tell(_report.Doing);
        try
        {
            await PlayAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _report = _report with { State = ChaosState.Cancelled };
        }
        catch (Exception failure)
        {
            _report = _report with { State = ChaosState.Broken, Problem = failure.Message };
        }

        try
        {
            await stage.EndAsync(CancellationToken.None);
        }
        catch (Exception failure)
        {
            _report = _report with { State = ChaosState.Broken, Problem = $"{_report.Problem} The lab could not be restored: {failure.Message}".Trim() };
        }

        Tell(null);
        return _report;
    }

    private async Task PlayAsync(CancellationToken cancellation)
    {
        await stage.BeginAsync(LiveSettingsPatch.Of(new LiveSettings
        {
            WriteQuorum = WriteQuorum,
            MinDelayMs = 0,
            MaxDelayMs = 5,
            Seed = plan.Options.Seed,
            ReplicationTimeoutMs = 400,
            AntiEntropyMs = 2000,
        }), cancellation);
        _start = stage.Time.GetTimestamp();
        using var load = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var clients = Task.WhenAll(Enumerable.Range(1, plan.Options.Clients).Select(c => ClientAsync(c, load.Token)));
        try
        {
            await PlayFaultsAsync(cancellation);
        }
        finally
        {
            // Not CancelAsync, which goes on in the thread pool: Core never leaves its caller's context.
            load.Cancel();
            await clients;
        }

        Tell("healing, and waiting until all writes are delivered and all replicas are equal");
        var healedMs = NowMs;
        await HealAllAsync(cancellation);
        var settled = await UntilAsync(SettledAsync, cancellation);
        var dumps = await DumpsAsync(cancellation);
        var verdicts = _checks.Verify(_writes, dumps, stage.Nodes.FirstOrDefault(n => n.Leads)?.Id, settled, WriteQuorum, Patience);
        _report = _report! with
        {
            State = verdicts.All(v => v.Holds) ? ChaosState.Passed : ChaosState.Failed,
            Verdicts = verdicts,
            Lost = _writes.LostFrom(dumps).Count,
            SettledMs = settled ? NowMs - healedMs : null,
        };
    }

    /// <summary>One client: writes, waits for the answer, writes again.</summary>
    private async Task ClientAsync(int client, CancellationToken ended)
    {
        for (var i = 1; !ended.IsCancellationRequested; i++)
        {
            var key = $"k{1 + (client * 7 + i * 13) % plan.Options.Keys}";
            // The write itself is not cancelled: what became of it belongs to the record.
            var answer = await _writes.WriteAsync(key, $"c{client}-{i}", null, CancellationToken.None);
            await Task.Delay(answer.Status is null ? Rest : ThinkTime, stage.Time, CancellationToken.None);
        }
    }

    private async Task<bool> SettledAsync(CancellationToken cancellation)
    {
        if (!await stage.IsQuietAsync(cancellation)) return false;
        return ChaosChecks.Equal(await DumpsAsync(cancellation), stage.Nodes.FirstOrDefault(n => n.Leads)?.Id) is null;
    }

    private async Task<IReadOnlyList<Storage.ReplicaDump>> DumpsAsync(CancellationToken cancellation) =>
        await Task.WhenAll(stage.Nodes.Select(n => stage.DumpAsync(n.Id, cancellation)));

    private async Task<bool> UntilAsync(Func<CancellationToken, Task<bool>> condition, CancellationToken cancellation)
    {
        var start = stage.Time.GetTimestamp();
        while (!await condition(cancellation))
        {
            if (stage.Time.GetElapsedTime(start) > Patience) return false;
            await Task.Delay(Look, stage.Time, cancellation);
        }

        return true;
    }

    private void Tell(string? doing)
    {
        var answers = _writes.Answered;
        long Of(AnswerKind kind) => answers.Count(w => ScenarioWrites.KindOf(w.Answer) == kind);
        _report = _report! with
        {
            Doing = doing,
            Disturbances = stage.Disturbances,
            Faults = [.. _done],
            ElapsedMs = NowMs,
            Success = Of(AnswerKind.Success),
            Partial = Of(AnswerKind.Partial),
            Unanswered = Of(AnswerKind.Unanswered),
        };
        onChange?.Invoke(_report);
    }
}
