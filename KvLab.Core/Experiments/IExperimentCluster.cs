using KvLab.Core.Analysis;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Settings;

namespace KvLab.Core.Experiments;

/// <summary>
/// All that an experiment needs of a cluster. Real nodes implement it through the same commands as everything else, the simulator over a
/// cluster in memory.
/// </summary>
public interface IExperimentCluster
{
    /// <summary>Ids of the followers, in order.</summary>
    Task<IReadOnlyList<string>> FollowersAsync(CancellationToken cancellation);

    Task<LiveSettings> SettingsAsync(CancellationToken cancellation);

    /// <param name="restartSchedule">Whether the delays begin anew with the next version.</param>
    /// <returns>The settings as the cluster now has them.</returns>
    Task<LiveSettings> ApplyAsync(LiveSettings settings, bool restartSchedule, CancellationToken cancellation);

    /// <summary>Whether a write takes its delay and nothing else, as in virtual time: then there is no machine to calibrate, and its overhead is 0.</summary>
    bool IsWithoutOverhead => false;

    /// <summary>Adds or removes followers until there are so many.</summary>
    Task SetFollowersAsync(int followers, CancellationToken cancellation);

    /// <summary>Starts all nodes again over another storage. It may hold what an earlier cluster left there.</summary>
    /// <param name="storage">One of <see cref="Sweep.Storages"/>; null: what the nodes had before the first call.</param>
    /// <returns>Null when it can be used, or in a sentence why not; then the nodes run, but take no writes perhaps.</returns>
    Task<string?> UseStorageAsync(string? storage, CancellationToken cancellation);

    Task ResetAsync(CancellationToken cancellation);

    /// <exception cref="ExperimentException">No answer.</exception>
    Task<WriteObservation> WriteAsync(string key, string value, CancellationToken cancellation);

    /// <summary>No write in flight and no delivery pending.</summary>
    Task<bool> IsQuiescentAsync(CancellationToken cancellation);

    Task<ConvergenceReport> CompareAsync(CancellationToken cancellation);

    /// <summary>What others than the run changed since the last call, in sentences.</summary>
    IReadOnlyList<string> TakeDisturbances() => [];

    /// <summary>Collects what becomes of each write at each follower, from now until the recording is disposed.</summary>
    IDeliveryRecording RecordDeliveries();
}

/// <param name="LeaderMs">From the start of the write to its answer, leader's clock.</param>
/// <param name="ClientMs">From sending to having the answer, client's clock.</param>
public sealed record WriteObservation(long Version, bool Success, int Acks, double LeaderMs, double ClientMs);

public interface IDeliveryRecording : IDisposable
{
    /// <summary>Waits until the events of all these writes' outcomes have come, or the time is over.</summary>
    Task<IReadOnlyDictionary<long, IReadOnlyList<DeliveryFact>>> CollectAsync(
        IReadOnlyCollection<long> versions, int followers, TimeSpan atMost, CancellationToken cancellation);

    /// <summary>How long the leader's storage took for a write, in ms; null where storing takes no time, and where no event told.</summary>
    double? StoredMs(long version);
}

/// <summary>What became of one write at one follower.</summary>
public sealed record DeliveryFact(string Follower, double DelayMs, double CompletedMs, Events.DeliveryOutcome Outcome, bool Late);

/// <summary>An experiment cannot go on, and why.</summary>
public sealed class ExperimentException : Exception
{
    public ExperimentException() { }
    public ExperimentException(string message) : base(message) { }
    public ExperimentException(string message, Exception inner) : base(message, inner) { }
}
