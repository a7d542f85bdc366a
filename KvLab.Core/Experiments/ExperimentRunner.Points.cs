using KvLab.Core.Events;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Network;

namespace KvLab.Core.Experiments;

public sealed partial class ExperimentRunner
{
    /// <summary>How long it waits for pending deliveries. When they did not come once, a follower is away, and further waits are short.</summary>
    public static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);

    /// <summary>Until the events of all deliveries have come.</summary>
    private static readonly TimeSpan LongestCollection = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan ShortDrain = TimeSpan.FromSeconds(2);
    private TimeSpan _drainPatience = LongestDrain;
    private static readonly TimeSpan QuiescencePoll = TimeSpan.FromMilliseconds(10);

    private async Task<PointResult> MeasureAsync(PointPlan point, int points, CancellationToken cancellation)
    {
        var stepSeconds = DurationEstimate.PointSeconds(plan, point);
        Report($"{point.Label}: warming up", stepSeconds, 0);
        await UseFollowersAsync(point.Followers, cancellation);
        await cluster.ResetAsync(cancellation);
        await ApplyZeroDelayAsync(point.Settings.WriteQuorum, cancellation);
        if (plan.WarmUpWrites > 0) await LoadAsync(plan.WarmUpWrites, point.Concurrency, point.Keys, "warm", null, cancellation);
        await DrainAsync(cancellation);
        await cluster.ResetAsync(cancellation);

        using var recording = cluster.RecordDeliveries();
        var applied = await cluster.ApplyAsync(point.Settings, restartSchedule: true, cancellation);
        var load = await LoadAsync(plan.Writes, point.Concurrency, point.Keys, "value",
            fraction => Report($"{point.Label}: writing", stepSeconds, 0.8 * fraction), cancellation);

        var answeredAt = time.GetTimestamp();
        var checks = new List<ReplicaCheck> { await CheckAsync(ReplicaCheck.Answered, answeredAt, cancellation) };
        Report($"{point.Label}: waiting until all writes are delivered, {_drainPatience.TotalSeconds:0} s at most", stepSeconds, 0.85);
        var quiescent = await DrainAsync(cancellation);
        var convergenceMs = quiescent ? time.GetElapsedTime(answeredAt).TotalMilliseconds : (double?)null;
        checks.Add(await CheckAsync(ReplicaCheck.Quiescent, answeredAt, cancellation));
        await time.WaitAsync(TimeSpan.FromMilliseconds(plan.SettleMs), cancellation);
        checks.Add(await CheckAsync(ReplicaCheck.Settled, answeredAt, cancellation));

        Report($"{point.Label}: collecting events", stepSeconds, 0.95);
        var samples = await TabulateAsync(load, recording, quiescent ? LongestCollection : ShortDrain, cancellation);
        var foreign = ForeignWrites(samples, load.Unanswered);
        return new PointResult
        {
            Disturbances = [.. cluster.TakeDisturbances(), .. foreign > 0 ? [$"Another client sent {foreign} {(foreign == 1 ? "write" : "writes")}."] : Array.Empty<string>()],
            Plan = point,
            Samples = samples,
            Prediction = Prediction.For(point, plan.Writes, points, _run.Calibration),
            Checks = checks,
            DurationMs = load.DurationMs,
            ConvergenceMs = convergenceMs,
            Unanswered = load.Unanswered,
            DelayOrigin = applied.DelayOrigin,
            Client = LatencySummary.Of(samples.ClientMs),
            Leader = LatencySummary.Of(samples.LeaderMs),
            Followers = PointResult.Summarise(samples),
        };
    }

    /// <summary>Versions are counted without gaps: one between ours that is not ours belongs to somebody else, or to a write of ours that was not answered.</summary>
    private static long ForeignWrites(SampleTable samples, int unanswered) =>
        samples.Count == 0 ? 0 : Math.Max(0, samples.Version.Max() - samples.Version.Min() + 1 - samples.Count - unanswered);

    private sealed record LoadedWrite(int Key, double StartMs, WriteObservation Observation);

    private sealed record Load(IReadOnlyList<LoadedWrite> Writes, double DurationMs, int Unanswered);

    /// <summary>So many clients, each with one write at a time, until all writes are done.</summary>
    private async Task<Load> LoadAsync(
        int writes, int concurrency, int keys, string valuePrefix, Action<double>? onProgress, CancellationToken cancellation)
    {
        var done = new List<LoadedWrite>(writes);
        var (next, unanswered, gate) = (0, 0, new Lock());
        var began = time.GetTimestamp();
        var reported = began;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(concurrency, writes)).Select(_ => ClientAsync()));
        return new Load(done, time.GetElapsedTime(began).TotalMilliseconds, unanswered);

        async Task ClientAsync()
        {
            while (true)
            {
                await pause.WaitAsync(cancellation);
                var i = Interlocked.Increment(ref next) - 1;
                if (i >= writes) return;
                cancellation.ThrowIfCancellationRequested();
                var (key, startMs) = (i % keys + 1, time.GetElapsedTime(began).TotalMilliseconds);
                try
                {
                    var observation = await cluster.WriteAsync($"k{key}", $"{valuePrefix}-{i + 1}", cancellation);
                    lock (gate) done.Add(new LoadedWrite(key, startMs, observation));
                }
                catch (ExperimentException)
                {
                    Interlocked.Increment(ref unanswered);
                }

                lock (gate)
                {
                    if (onProgress is null || time.GetElapsedTime(reported).TotalMilliseconds < 200) continue;
                    reported = time.GetTimestamp();
                    onProgress((double)done.Count / writes);
                }
            }
        }
    }

    private async Task<ReplicaCheck> CheckAsync(string moment, long answeredAt, CancellationToken cancellation)
    {
        // The moment is when the comparison begins: afterwards replication goes on.
        var atMs = time.GetElapsedTime(answeredAt).TotalMilliseconds;
        return new ReplicaCheck(moment, atMs, await cluster.CompareAsync(cancellation));
    }

    /// <returns>False when quiescence did not come in time.</returns>
    private async Task<bool> DrainAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (!await cluster.IsQuiescentAsync(cancellation))
        {
            if (time.GetElapsedTime(began) > _drainPatience)
            {
                _drainPatience = ShortDrain;
                return false;
            }

            await time.WaitAsync(QuiescencePoll, cancellation);
        }

        _drainPatience = LongestDrain;
        return true;
    }

    private async Task<SampleTable> TabulateAsync(Load load, IDeliveryRecording recording, TimeSpan atMost, CancellationToken cancellation)
    {
        var followers = await cluster.FollowersAsync(cancellation);
        var n = followers.Count;
        var column = followers.Select((id, i) => (id, i)).ToDictionary(f => f.id, f => f.i, StringComparer.Ordinal);
        var writes = load.Writes;
        var facts = await recording.CollectAsync([.. writes.Select(w => w.Observation.Version)], n, atMost, cancellation);

        var stored = writes.Select(w => recording.StoredMs(w.Observation.Version) ?? double.NaN).ToArray();
        var delays = Filled(writes.Count * n);
        var completed = Filled(writes.Count * n);
        var outcomes = new DeliveryOutcome[writes.Count * n];
        var late = new bool[writes.Count * n];
        for (var row = 0; row < writes.Count; row++)
        {
            foreach (var fact in facts.GetValueOrDefault(writes[row].Observation.Version) ?? [])
            {
                if (!column.TryGetValue(fact.Follower, out var f)) continue;
                var cell = row * n + f;
                (delays[cell], completed[cell], outcomes[cell], late[cell]) = (fact.DelayMs, fact.CompletedMs, fact.Outcome, fact.Late);
            }
        }

        return new SampleTable
        {
            Followers = followers,
            Version = [.. writes.Select(w => w.Observation.Version)],
            Key = [.. writes.Select(w => w.Key)],
            StartMs = [.. writes.Select(w => w.StartMs)],
            ClientMs = [.. writes.Select(w => w.Observation.ClientMs)],
            LeaderMs = [.. writes.Select(w => w.Observation.LeaderMs)],
            Success = [.. writes.Select(w => w.Observation.Success)],
            DelayMs = delays,
            CompletedMs = completed,
            Outcome = outcomes,
            Late = late,
            StoredMs = stored.Any(double.IsFinite) ? stored : null,
        };

        static double[] Filled(int length)
        {
            var values = new double[length];
            Array.Fill(values, double.NaN);
            return values;
        }
    }
}
