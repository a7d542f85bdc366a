using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Web.Problems;

namespace KvLab.Web.Supervision;

/// <summary>Nodes that somebody else runs: they announce themselves, and nobody here can start or end them. To freeze they must be asked.</summary>
internal sealed class ExternalCluster(NodeDirectory directory, NodeClient client, DashboardEvents events) : ISupervisor
{
    public bool Supervises => false;

    public Task<string> Ready => Task.FromResult("waiting for nodes to announce themselves");

    public Task KillAsync(string id, CancellationToken cancellation) => throw NotOurs($"kill {id}");
    public Task StopAsync(string id, CancellationToken cancellation) => throw NotOurs($"stop {id}");
    public Task StartAsync(string id, CancellationToken cancellation) => throw NotOurs($"start {id}");
    public Task StartForgetfulAsync(string id, CancellationToken cancellation) => throw NotOurs($"start {id}");
    public Task<StorageRequest> ChangeStorageAsync(StorageRequest request, CancellationToken cancellation) => throw NotOurs("change their storage");
    public StorageRequest? BackToStartStorage => null;
    public Task<string> AddFollowerAsync(CancellationToken cancellation) => throw NotOurs("add a follower");
    public Task RemoveFollowerAsync(string id, CancellationToken cancellation) => throw NotOurs($"remove {id}");

    public async Task FreezeAsync(string id, CancellationToken cancellation)
    {
        await client.SetFrozenAsync(Find(id), true, cancellation);
        events.Tell(new NodeFroze(id, true));
        events.Report(EventKind.ProcessFrozen, id, "it was asked to: it holds every request and sends nothing");
    }

    public async Task ThawAsync(string id, CancellationToken cancellation)
    {
        await client.SetFrozenAsync(Find(id), false, cancellation);
        events.Tell(new NodeFroze(id, false));
        events.Report(EventKind.ProcessThawed, id, null);
    }

    private NodeAddress Find(string id) => directory.Find(id) ?? throw NodeClient.UnknownNode(id, directory);

    private static CommandException NotOurs(string what) => new(StatusCodes.Status409Conflict,
        $"This dashboard did not start the nodes (Cluster:Mode is External), so it cannot {what}. Use what started them, for example docker compose.");
}
