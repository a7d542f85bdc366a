using KvLab.Web.Commands;

namespace KvLab.Web.Supervision;

/// <summary>Nodes that somebody else runs: they announce themselves, and nobody here can start or end them.</summary>
internal sealed class ExternalCluster : ISupervisor
{
    public bool Supervises => false;

    public Task<string> Ready => Task.FromResult("waiting for nodes to announce themselves");

    public Task KillAsync(string id, CancellationToken cancellation) => throw NotOurs($"kill {id}");
    public Task StartAsync(string id, CancellationToken cancellation) => throw NotOurs($"start {id}");
    public Task StartForgetfulAsync(string id, CancellationToken cancellation) => throw NotOurs($"start {id}");
    public Task<string> AddFollowerAsync(CancellationToken cancellation) => throw NotOurs("add a follower");
    public Task RemoveFollowerAsync(string id, CancellationToken cancellation) => throw NotOurs($"remove {id}");

    private static CommandException NotOurs(string what) => new(StatusCodes.Status409Conflict,
        $"This dashboard did not start the nodes (Cluster:Mode is External), so it cannot {what}. Use what started them, for example docker compose.");
}
