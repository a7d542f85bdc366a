using System.Globalization;
using KvLab.Core.Configuration;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Leases;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;
using KvLab.Web.Timing;

namespace KvLab.Web.Commands;

/// <summary>The bursts that run and the latest that ran. They go on when the page that started them is gone.</summary>
internal sealed class BurstBook : IAsyncDisposable
{
    public const int Remembered = 20;
    public const int RunningAtATime = 4;
    public const int MostWrites = 1_000_000;
    public const int MostConcurrency = 200;
    public const int MostKeys = 100_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<(BurstRun Run, Task Work)> _bursts = new();
    private readonly NodeClient _client;
    private readonly ExclusiveLease _lease;
    private readonly TimeProvider _time;
    private int _count;

    public BurstBook(NodeClient client, ExclusiveLease lease, TimeProvider time)
    {
        (_client, _lease, _time) = (client, lease, time);
        lease.WatchLoad(Running);
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Burst> All
    {
        get { lock (_gate) return [.. _bursts.Select(b => b.Run.View())]; }
    }

    /// <param name="leader">Who leads at the moment of a write; throws a <see cref="CommandException"/> where nobody is known to.</param>
    /// <param name="conditions">What its figures depend on, as of now.</param>
    /// <exception cref="CommandException">400: the plan; 409: somebody has the cluster, or too many run already.</exception>
    public Burst Start(BurstPlan plan, Func<NodeAddress> leader, TimeSpan patience, Func<FigureConditions?> conditions)
    {
        Check(plan);
        return _lease.Start("start a burst", () => Begin(plan, leader, patience, conditions));
    }

    private Burst Begin(BurstPlan plan, Func<NodeAddress> leader, TimeSpan patience, Func<FigureConditions?> conditions)
    {
        lock (_gate)
        {
            if (_bursts.Count(b => b.Run.IsRunning) >= RunningAtATime)
            {
                throw new CommandException(StatusCodes.Status409Conflict,
                    $"{RunningAtATime} bursts are running already, which is the most at a time. Wait for one or cancel one.");
            }
            var run = new BurstRun(string.Create(CultureInfo.InvariantCulture, $"burst-{++_count}"), plan, _client, leader, patience, conditions, _time);
            _bursts.AddFirst((run, run.RunAsync()));
            Trim();
            return run.View();
        }
    }

    public Burst? Find(string id)
    {
        lock (_gate) return FindRun(id)?.View();
    }

    public bool Cancel(string id)
    {
        lock (_gate)
        {
            if (FindRun(id) is not { } run) return false;
            run.Cancel();
            return true;
        }
    }

    /// <summary>The oldest that runs, named.</summary>
    private string? Running()
    {
        lock (_gate) return _bursts.LastOrDefault(b => b.Run.IsRunning).Run is { } run ? $"Burst {run.Id}" : null;
    }

    private BurstRun? FindRun(string id) => _bursts.FirstOrDefault(b => b.Run.Id == id).Run;

    private void Trim()
    {
        for (var node = _bursts.Last; node is not null && _bursts.Count > Remembered;)
        {
            var newer = node.Previous;
            if (!node.Value.Run.IsRunning)
            {
                node.Value.Run.Dispose();
                _bursts.Remove(node);
            }
            node = newer;
        }
    }

    private static void Check(BurstPlan plan)
    {
        var errors = new FieldErrors();
        Range("writes", plan.Writes, MostWrites);
        Range("concurrency", plan.Concurrency, MostConcurrency);
        Range("keys", plan.Keys, MostKeys);
        if (errors.All.Count > 0)
            throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", errors.All.Select(e => e.Message)), errors.All);

        void Range(string field, int value, int most) =>
            errors.Require(value >= 1 && value <= most, field, $"{field} must be a whole number from 1 to {most}, but is {value}.");
    }

    public async ValueTask DisposeAsync()
    {
        (BurstRun Run, Task Work)[] all;
        lock (_gate)
        {
            all = [.. _bursts];
            _bursts.Clear();
        }
        foreach (var (run, _) in all) run.Cancel();
        // A worker whose node hangs is left behind rather than waited for.
        if (!await Shutdown.EndsAsync(Task.WhenAll(all.Select(b => b.Work)), _time)) return;
        foreach (var (run, _) in all) run.Dispose();
    }
}
