using KvLab.Core.Analysis;
using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Experiments;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Waiting;

namespace KvLab.Core.Simulation;

/// <summary>A <see cref="SimulatedCluster"/> as an experiment sees it. Another number of followers is another cluster.</summary>
public sealed class SimulatedExperiment : IExperimentCluster, IEventSink, IAsyncDisposable
{
    private const string OnlyMemory = "The simulator stores in memory only.";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private SimulatedCluster _cluster;
    private DeliveryFacts? _facts;

    private SimulatedExperiment(TimeProvider time, int followers)
    {
        _time = time;
        _cluster = new SimulatedCluster(time, followers, new LiveSettings { WriteQuorum = 0 }, this);
    }

    public static async Task<SimulatedExperiment> StartAsync(TimeProvider time, int followers)
    {
        var experiment = new SimulatedExperiment(time, followers);
        await experiment._cluster.StartAsync();
        return experiment;
    }

    /// <summary>Runs a plan from its beginning to its end, on the calling thread. The plan's seed decides everything.</summary>
    /// <param name="here">The software and the machine of the simulator.</param>
    /// <param name="clock">Says when the run began and ended for those who wait for it.</param>
    /// <param name="onChange">Told every new state of the run, outside of the world.</param>
    /// <returns>The run, and how long it took in virtual time.</returns>
    public static (ExperimentRun Run, TimeSpan Lasted) Run(
        ExperimentPlan plan, int followers, string id, RunEnvironment here, TimeProvider clock, Action<ExperimentRun> onChange, CancellationToken cancellation)
    {
        var beganAt = clock.GetUtcNow();
        return OwnWorld.Play(plan.Seed, async (world, ended) =>
        {
            await using var experiment = await StartAsync(world.Time, followers);
            var runner = new ExperimentRunner(plan, experiment, world.Time, new PauseGate(), run => VirtualWorld.Outside(() => onChange(Dated(run))));
            return (Dated(await runner.RunAsync(id, here with { SimulationSeed = plan.Seed }, ended)), world.Now);
        }, cancellation);

        ExperimentRun Dated(ExperimentRun run) => run with { StartedAt = beganAt, EndedAt = run.EndedAt is null ? null : clock.GetUtcNow() };
    }

    private Leader Leader => _cluster.Leading?.Replica.Leader ?? throw new ExperimentException("Nobody leads the simulated cluster.");

    public Task<IReadOnlyList<string>> FollowersAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([.. _cluster.Members.Skip(1).Select(n => n.Id)]);

    public bool IsWithoutOverhead => true;

    public Task<LiveSettings> SettingsAsync(CancellationToken cancellation) => Task.FromResult(Leader.Settings);

    public async Task<LiveSettings> ApplyAsync(LiveSettings settings, bool restartSchedule, CancellationToken cancellation)
    {
        try
        {
            await _cluster.ChangeSettingsAsync(LiveSettingsPatch.Of(settings) with { RestartSchedule = restartSchedule ? true : null }, cancellation);
            return Leader.Settings;
        }
        catch (ControlException refused)
        {
            throw new ExperimentException(refused.Message, refused);
        }
    }

    public async Task SetFollowersAsync(int followers, CancellationToken cancellation)
    {
        var settings = Leader.Settings;
        await _cluster.DisposeAsync();
        _cluster = new SimulatedCluster(_time, followers, settings, this);
        await _cluster.StartAsync();
    }

    public Task<string?> UseStorageAsync(string? storage, CancellationToken cancellation) => Task.FromResult(storage is null or "memory" ? null : OnlyMemory);

    public Task ResetAsync(CancellationToken cancellation) => _cluster.ResetAsync(cancellation);

    public async Task<WriteObservation> WriteAsync(string key, string value, CancellationToken cancellation)
    {
        var seen = await _cluster.WriteAsync(key, value, null, cancellation);
        if (seen.Status is not { } status) throw new ExperimentException($"A write was not answered: {seen.Problem}.");
        // Client and leader have one clock here, and nothing lies between them.
        return new WriteObservation(seen.Version.Counter, status == WriteStatus.Success, seen.Acks, seen.Elapsed.TotalMilliseconds, seen.Elapsed.TotalMilliseconds);
    }

    public Task<bool> IsQuiescentAsync(CancellationToken cancellation) => _cluster.IsQuietAsync(cancellation);

    public async Task<ConvergenceReport> CompareAsync(CancellationToken cancellation)
    {
        var dumps = new List<ReplicaDump>();
        foreach (var node in _cluster.Members) dumps.Add(await _cluster.DumpAsync(node.Id, cancellation));
        return ConvergenceCheck.Compare(dumps[0], dumps[1..], Leader.Status.Quiescent);
    }

    public IDeliveryRecording RecordDeliveries()
    {
        var facts = _facts = new DeliveryFacts();
        return new Recording(facts, _time);
    }

    /// <summary>Called by the nodes with each of their steps.</summary>
    public void Publish(NodeEvent nodeEvent) => _facts?.Take(nodeEvent);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private sealed class Recording(DeliveryFacts facts, TimeProvider time) : IDeliveryRecording
    {
        public async Task<IReadOnlyDictionary<long, IReadOnlyList<DeliveryFact>>> CollectAsync(
            IReadOnlyCollection<long> versions, int followers, TimeSpan atMost, CancellationToken cancellation)
        {
            var began = time.GetTimestamp();
            while (!facts.Hold(versions, followers) && time.GetElapsedTime(began) < atMost) await time.WaitAsync(Poll, cancellation);
            return facts.Of(versions);
        }

        public double? StoredMs(long version) => facts.StoredMs(version);

        public void Dispose()
        {
            // The next recording takes its place.
        }
    }
}
