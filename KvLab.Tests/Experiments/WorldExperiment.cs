using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Waiting;
using KvLab.Tests.Infrastructure;

namespace KvLab.Tests.Experiments;

/// <summary>A machine for experiments in virtual time, with faults that a real one might have.</summary>
internal sealed record Machine
{
    /// <summary>What every write costs on top, in ms.</summary>
    public double OverheadMs { get; init; }

    /// <summary>The machine serves one write at a time and takes so long for it, in ms: beyond that, clients queue.</summary>
    public double ServiceMs { get; init; }

    /// <summary>What each storage adds to a write, in ms, and what it says where it is absent.</summary>
    public IReadOnlyDictionary<string, (double Ms, string? Absent)> Storages { get; init; } = new Dictionary<string, (double, string?)>();

    /// <summary>A leader that answers only when all followers have acknowledged, whatever W says.</summary>
    public bool WaitsForAll { get; init; }
}

/// <summary>Core's own leader and followers in a <see cref="VirtualWorld"/>, as an experiment sees them.</summary>
internal sealed class WorldExperiment : IExperimentCluster
{
    private readonly VirtualWorld _world;
    private readonly LabCluster _cluster;
    private readonly Machine _machine;
    private readonly Dictionary<long, int> _completed = [];
    private TimeSpan _serverFreeAt;
    private int _counted;

    public WorldExperiment(VirtualWorld world, Machine? machine = null, int followers = 5, LiveSettings? settings = null)
    {
        _world = world;
        _machine = machine ?? new Machine();
        _cluster = new LabCluster(world, followers, settings ?? new LiveSettings(), new LabParts { YieldingStores = false });
    }

    public LabCluster Cluster => _cluster;

    public static readonly RunEnvironment Environment = new("test", "virtual time");

    /// <summary>Runs a plan to its end in virtual time.</summary>
    public static ExperimentRun Run(ExperimentPlan plan, Machine? machine = null, int seed = 1, Action<WorldExperiment, ExperimentRun>? onChange = null)
    {
        var world = new VirtualWorld(seed);
        return world.Run(() =>
        {
            var experiment = new WorldExperiment(world, machine);
            var runner = new ExperimentRunner(plan, experiment, world.Time, new PauseGate(), run => onChange?.Invoke(experiment, run));
            return runner.RunAsync("run", Environment, CancellationToken.None);
        });
    }

    public Task<IReadOnlyList<string>> FollowersAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([.. _cluster.Leader.Followers.Select(f => f.Id)]);

    public Task<LiveSettings> SettingsAsync(CancellationToken cancellation) => Task.FromResult(_cluster.Leader.Settings);

    public Task<LiveSettings> ApplyAsync(LiveSettings settings, bool restartSchedule, CancellationToken cancellation)
    {
        var errors = _cluster.Leader.Change(LiveSettingsPatch.Of(settings) with { RestartSchedule = restartSchedule });
        if (errors.Count > 0) throw new ExperimentException(errors[0].Message);
        return Task.FromResult(_cluster.Leader.Settings);
    }

    public Task SetFollowersAsync(int followers, CancellationToken cancellation)
    {
        while (_cluster.Followers.Count < followers) _cluster.Followers.Add(_cluster.NewFollower($"follower-{_cluster.Followers.Count + 1}"));
        if (_cluster.Followers.Count > followers) _cluster.Followers.RemoveRange(followers, _cluster.Followers.Count - followers);
        var errors = _cluster.Leader.ChangeFollowers([.. _cluster.Followers.Select(f => f.Peer)]);
        return errors.Count == 0 ? Task.CompletedTask : throw new ExperimentException(errors[0].Message);
    }

    /// <summary>What the nodes store in; null: what they began with.</summary>
    public string? Storage { get; private set; }

    private double StorageMs => Storage is null ? 0 : _machine.Storages[Storage].Ms;

    public Task<string?> UseStorageAsync(string? storage, CancellationToken cancellation)
    {
        Storage = storage;
        return Task.FromResult(storage is null ? null : _machine.Storages[storage].Absent);
    }

    public async Task ResetAsync(CancellationToken cancellation)
    {
        await _cluster.Leader.ClearAsync(cancellation);
        foreach (var follower in _cluster.Followers) await follower.Node.ClearAsync(cancellation);
    }

    public async Task<WriteObservation> WriteAsync(string key, string value, CancellationToken cancellation)
    {
        var sent = _world.Now;
        if (_machine.ServiceMs > 0)
        {
            _serverFreeAt = TimeSpan.FromMilliseconds(_machine.ServiceMs) + (_serverFreeAt > _world.Now ? _serverFreeAt : _world.Now);
            await _world.Time.WaitAsync(_serverFreeAt - _world.Now, cancellation);
        }

        await _world.Time.WaitAsync(TimeSpan.FromMilliseconds(_machine.OverheadMs + StorageMs), cancellation);
        var began = _world.Now;
        var result = await _cluster.WriteAsync(key, value);
        if (_machine.WaitsForAll)
            while (Completed(result.Version.Counter) < _cluster.Followers.Count) await _world.Time.WaitAsync(TimeSpan.FromMilliseconds(1), cancellation);
        return new WriteObservation(result.Version.Counter, result.Status == WriteStatus.Success, result.Acks,
            (_world.Now - began).TotalMilliseconds, (_world.Now - sent).TotalMilliseconds);
    }

    private int Completed(long version)
    {
        for (; _counted < _cluster.Log.Moments.Count; _counted++)
        {
            var e = _cluster.Log.Moments[_counted].Event;
            if (e.Kind == EventKind.DeliveryAcked) _completed[e.Version] = _completed.GetValueOrDefault(e.Version) + 1;
        }

        return _completed.GetValueOrDefault(version);
    }

    public Task<bool> IsQuiescentAsync(CancellationToken cancellation) => Task.FromResult(_cluster.Leader.Status.Quiescent);

    public Task<ConvergenceReport> CompareAsync(CancellationToken cancellation) => Task.FromResult(_cluster.Compare());

    /// <summary>What somebody else did to the cluster, told to the run when it asks.</summary>
    public Queue<string> Foreign { get; } = new();

    public IReadOnlyList<string> TakeDisturbances()
    {
        string[] all = [.. Foreign];
        Foreign.Clear();
        return all;
    }

    public IDeliveryRecording RecordDeliveries() => new Recording(_cluster.Log, StorageMs);

    private sealed class Recording(MomentLog log, double storageMs) : IDeliveryRecording
    {
        public Task<IReadOnlyDictionary<long, IReadOnlyList<DeliveryFact>>> CollectAsync(
            IReadOnlyCollection<long> versions, int followers, TimeSpan atMost, CancellationToken cancellation)
        {
            var delays = log.Of(EventKind.ReplicationStarted).ToDictionary(e => e.Version, e => e.Peers!.Zip(e.DelaysMs!).ToDictionary(p => p.First, p => p.Second));
            var facts = log.Events.Where(e => e.Kind is EventKind.DeliveryAcked or EventKind.DeliveryAbandoned)
                .GroupBy(e => e.Version)
                .ToDictionary(g => g.Key, g => (IReadOnlyList<DeliveryFact>)[.. g.Select(e =>
                    new DeliveryFact(e.Peer!, delays[e.Version][e.Peer!], e.ElapsedMs!.Value, e.Outcome!.Value, e.Late))]);
            return Task.FromResult<IReadOnlyDictionary<long, IReadOnlyList<DeliveryFact>>>(facts);
        }

        public double? StoredMs(long version) => storageMs > 0 ? storageMs : null;

        public void Dispose()
        {
        }
    }
}
