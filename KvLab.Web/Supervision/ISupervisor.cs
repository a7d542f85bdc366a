using KvLab.Web.Options;

namespace KvLab.Web.Supervision;

/// <summary>Power over the nodes' processes, where the dashboard has it. Every method throws a <c>CommandException</c> with words where it cannot.</summary>
public interface ISupervisor
{
    bool Supervises { get; }

    /// <summary>Completes with one phrase, such as "1 leader, 5 followers", when the lab can be used, or surely will not get better.</summary>
    Task<string> Ready { get; }

    Task KillAsync(string id, CancellationToken cancellation);

    /// <summary>Asks it to end in order (SIGTERM): it delivers what is open, for a while.</summary>
    Task StopAsync(string id, CancellationToken cancellation);

    /// <summary>It does nothing until it is thawed, and keeps its memory.</summary>
    Task FreezeAsync(string id, CancellationToken cancellation);
    Task ThawAsync(string id, CancellationToken cancellation);
    Task StartAsync(string id, CancellationToken cancellation);

    /// <summary>A lesson: starts a leader that asks nobody and counts from 1 again, as the seed's does.</summary>
    Task StartForgetfulAsync(string id, CancellationToken cancellation);

    /// <summary>Stops all nodes and starts them again over another storage. Where one ends by itself over it, all have again what they had.</summary>
    /// <returns>What brings back what they had.</returns>
    Task<StorageRequest> ChangeStorageAsync(StorageRequest request, CancellationToken cancellation);

    /// <summary>What brings back what the nodes stored in at the start; null where they still do, and where nobody here could.</summary>
    StorageRequest? BackToStartStorage { get; }

    /// <returns>The new follower's id.</returns>
    Task<string> AddFollowerAsync(CancellationToken cancellation);
    Task RemoveFollowerAsync(string id, CancellationToken cancellation);
}
