using KvLab.Core.Analysis;
using KvLab.Core.Experiments;
using KvLab.Core.Settings;
using KvLab.Web.Experiments;
using KvLab.Web.Leases;
using KvLab.Web.Runs;

namespace KvLab.Tests.Components.Experiments;

/// <summary>A cluster that accepts writes and answers none until the test lets it: an experiment on it stays under way.</summary>
internal sealed class HeldCluster : IExperimentCluster
{
    private readonly TaskCompletionSource _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LiveSettings _settings = new();

    public int Followers { get; set; } = 5;

    public void Answer() => _answers.TrySetResult();

    /// <summary>The service over this cluster.</summary>
    /// <param name="lease">Null: nothing else wants the cluster.</param>
    public ExperimentService Experiments(RunStore store, TimeProvider time, ExclusiveLease? lease = null) =>
        new(this, store, time, new RunBook<ExperimentRun>(new RunRegistry(lease ?? new ExclusiveLease(time), time), RunSort.Experiment));

    public Task<IReadOnlyList<string>> FollowersAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([.. Enumerable.Range(1, Followers).Select(i => $"follower-{i}")]);

    public Task<LiveSettings> SettingsAsync(CancellationToken cancellation) => Task.FromResult(_settings);

    public Task<LiveSettings> ApplyAsync(LiveSettings settings, bool restartSchedule, CancellationToken cancellation) => Task.FromResult(_settings = settings);

    public Task SetFollowersAsync(int followers, CancellationToken cancellation)
    {
        Followers = followers;
        return Task.CompletedTask;
    }

    public Task<string?> UseStorageAsync(string? storage, CancellationToken cancellation) => Task.FromResult<string?>(null);

    public Task ResetAsync(CancellationToken cancellation) => Task.CompletedTask;

    public async Task<WriteObservation> WriteAsync(string key, string value, CancellationToken cancellation)
    {
        await _answers.Task.WaitAsync(cancellation);
        throw new ExperimentException("The cluster of this test answers nothing.");
    }

    public Task<bool> IsQuiescentAsync(CancellationToken cancellation) => Task.FromResult(true);

    public Task<ConvergenceReport> CompareAsync(CancellationToken cancellation) => Task.FromResult(new ConvergenceReport(true, true, 0, "", []));

    public IDeliveryRecording RecordDeliveries() => new NoDeliveries();

    private sealed class NoDeliveries : IDeliveryRecording
    {
        public Task<IReadOnlyDictionary<long, IReadOnlyList<DeliveryFact>>> CollectAsync(
            IReadOnlyCollection<long> versions, int followers, TimeSpan atMost, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyDictionary<long, IReadOnlyList<DeliveryFact>>>(new Dictionary<long, IReadOnlyList<DeliveryFact>>());

        public double? StoredMs(long version) => null;

        public void Dispose()
        {
        }
    }
}
