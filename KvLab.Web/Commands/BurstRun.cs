using System.Diagnostics;
using System.Globalization;
using HdrHistogram;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;
using KvLab.Web.Reads;

namespace KvLab.Web.Commands;

/// <summary>
/// One burst: so many workers, each with one write in flight, until all writes are done or it is cancelled. Each write goes to whoever leads then, so that
/// a burst goes on over a failover; a worker that nobody answered rests a little, as a client would that looks for the leader.
/// </summary>
internal sealed class BurstRun
{
    private const long LongestMicroseconds = 3_600_000_000;
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromMilliseconds(50);

    private readonly NodeClient _client;
    private readonly IReads _reads;
    private readonly Func<NodeAddress> _leader;
    private readonly Func<FigureConditions?> _conditions;
    private readonly FigureConditions? _first;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private readonly long _startedAt;
    private int _next;

    private readonly Lock _gate = new();

    // Guarded by _gate, so that one reading is consistent. Three significant digits, in microseconds; the mean is exact.
    private readonly LongHistogram _latencies = new(LongestMicroseconds, 3);
    private double _sumMs;
    private double _readsMs;
    private int _readsDone, _readsStale, _readsWrong, _readsBackwards, _readsUnanswered;
    private int _succeeded;
    private int _partial;
    private int _failed;
    private bool _settingsChanged;
    private string? _lastError;

    /// <param name="conditions">What its figures depend on, as of now.</param>
    public BurstRun(
        string id, BurstPlan plan, NodeClient client, IReads reads, Func<NodeAddress> leader, TimeSpan patience, Func<FigureConditions?> conditions, TimeProvider time,
        CancellationToken cancellation)
    {
        (Id, Plan, _client, _reads, _leader, _patience, _conditions, _time, _cancellation) = (id, plan, client, reads, leader, patience, conditions, time, cancellation);
        _first = conditions();
        _startedAt = time.GetTimestamp();
    }

    public string Id { get; }
    public BurstPlan Plan { get; }

    /// <returns>How it ended.</returns>
    public async Task<Burst> RunAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Plan.Concurrency, Plan.Writes)).Select(worker => Task.Run(() => WorkAsync(worker))));
        var last = View();
        return last with { State = last.Completed < Plan.Writes ? BurstState.Cancelled : BurstState.Done };
    }

    private async Task WorkAsync(int worker)
    {
        while (!_cancellation.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref _next);
            if (number > Plan.Writes) return;
            var key = string.Create(CultureInfo.InvariantCulture, $"k{1 + (number - 1) % Plan.Keys}");
            var value = JsonText.Of(string.Create(CultureInfo.InvariantCulture, $"{Id}-{number}"));
            var start = Stopwatch.GetTimestamp();
            try
            {
                var answer = await _client.WriteAsync(_leader(), new WriteRequest(key, value), _patience, _cancellation);
                Record(answer.Status, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            catch (CommandException failure)
            {
                lock (_gate)
                {
                    _failed++;
                    _lastError = failure.Message;
                }
                await RestAsync();
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await ReadAsync(number, worker);
        }
    }

    /// <summary>So many reads after each write that the share comes out; of any key, for others write too.</summary>
    private async Task ReadAsync(int number, int worker)
    {
        if (Plan.Reads <= 0) return;
        var perWrite = Plan.Reads / (1 - Plan.Reads);
        for (var read = (long)((number - 1) * perWrite); read < (long)(number * perWrite) && !_cancellation.IsCancellationRequested; read++)
        {
            try
            {
                var key = string.Create(CultureInfo.InvariantCulture, $"k{1 + (uint)(read * 2654435761) % (uint)Plan.Keys}");
                Record(await _reads.ReadAsync(new ReadRequest(key, Plan.From, Plan.R, $"{Id}-{worker}"), _cancellation));
            }
            catch (CommandException failure)
            {
                lock (_gate)
                {
                    _readsUnanswered++;
                    _readsDone++;
                    _lastError = failure.Message;
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Record(ReadRow row)
    {
        lock (_gate)
        {
            _readsDone++;
            if (row.Outcome == ReadOutcome.Unanswered) _readsUnanswered++;
            else _readsMs += row.LatencyMs;
            if (row.Outcome == ReadOutcome.Stale) _readsStale++;
            if (row.Outcome == ReadOutcome.Wrong) _readsWrong++;
            if (row.NonMonotonic) _readsBackwards++;
        }
    }

    private BurstReads? ViewReads() => Plan.Reads <= 0 ? null
        : new BurstReads(_readsDone, _readsStale, _readsWrong, _readsBackwards, _readsUnanswered, _readsDone == _readsUnanswered ? null : _readsMs / (_readsDone - _readsUnanswered));

    private async Task RestAsync()
    {
        try
        {
            await Task.Delay(RestAfterFailure, _time, _cancellation);
        }
        catch (OperationCanceledException)
        {
            // The worker looks at the cancellation itself.
        }
    }

    private void Record(WriteStatus status, double elapsedMs)
    {
        lock (_gate)
        {
            if (status == WriteStatus.Success) _succeeded++;
            else _partial++;
            _settingsChanged |= _first is not null && _conditions() is { } now && now != _first;
            _sumMs += elapsedMs;
            _latencies.RecordValue(Math.Clamp((long)(elapsedMs * 1000), 1, LongestMicroseconds));
        }
    }

    /// <summary>As far as it has come.</summary>
    public Burst View()
    {
        lock (_gate)
        {
            var elapsedMs = _time.GetElapsedTime(_startedAt).TotalMilliseconds;
            var answered = _succeeded + _partial;
            double? At(double percentile) => answered == 0 ? null : _latencies.GetValueAtPercentile(percentile) / 1000.0;
            return new Burst(
                Id, Plan, BurstState.Running, answered + _failed, _succeeded, _partial, _failed, elapsedMs,
                answered == 0 ? null : _sumMs / answered, At(50), At(90), At(95), At(99), At(0), At(100),
                elapsedMs > 0 ? answered / elapsedMs * 1000 : 0, _lastError)
            {
                SettingsChanged = _settingsChanged,
                Reads = ViewReads(),
            };
        }
    }
}
