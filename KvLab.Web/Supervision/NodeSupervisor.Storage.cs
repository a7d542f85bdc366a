using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Web.Commands;
using KvLab.Web.Ingest;
using KvLab.Web.State;
using KvLab.Web.Timing;

namespace KvLab.Web.Supervision;

internal sealed partial class NodeSupervisor
{
    private static readonly TimeSpan HealthPause = TimeSpan.FromMilliseconds(100);

    // Changed only under _changes.
    private StorageChoice _storage = options.Storage;

    public async Task<StorageRequest> ChangeStorageAsync(StorageRequest request, CancellationToken cancellation)
    {
        await _changes.WaitAsync(cancellation);
        try
        {
            var (before, errors) = (_storage, new FieldErrors());
            var wanted = before.With(request, options.Servers, [.. _nodes.Keys.Order(NaturalOrder.Instance)], errors);
            if (errors.All.Count > 0) throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", errors.All.Select(e => e.Message)), errors.All);
            try
            {
                // From here on to the end: a cluster that is half stopped would be worse than an answer that nobody waits for.
                await RestartAsync(wanted);
                return new StorageRequest { Back = before };
            }
            catch (CommandException failure)
            {
                await RestartAsync(before);
                throw new CommandException(failure.Status, $"{failure.Message} The nodes run again with what they stored in before.", inner: failure);
            }
        }
        finally
        {
            _changes.Release();
        }
    }

    private async Task RestartAsync(StorageChoice storage)
    {
        // Before, so that nobody takes the end of the leader for a failure; and after, because ends are news of the old cluster.
        events.Tell(new ClusterRenewed());
        await Task.WhenAll(_nodes.Values.Select(n => n.Process?.StopAsync(StopPatience, time) ?? Task.CompletedTask));
        await Task.WhenAll(_nodes.Values.Select(n => n.Watch));
        events.Tell(new ClusterRenewed());
        _storage = storage;
        await Task.WhenAll(_nodes.Values.Select(n => LaunchAsync(n)));
        var processes = _nodes.Values.ToDictionary(n => n.Id, n => (Process: n.Process!, n.Process!.Id), StringComparer.Ordinal);
        events.Report(EventKind.DashboardNotice, null, $"All nodes were started again: {string.Join(", ", processes.Keys.Order(NaturalOrder.Instance).Select(id => $"{id} stores in {KindOf(id)}"))}.");
        try
        {
            await state.WhenAsync(s => processes.All(p => p.Value.Process.Ended.IsCompleted
                || s.Nodes.Any(n => n.Id == p.Key && n.State == NodeState.Running && n.ProcessId == p.Value.Id)), StartPatience, time, CancellationToken.None);
        }
        catch (TimeoutException late)
        {
            throw new CommandException(StatusCodes.Status504GatewayTimeout, $"Not all nodes introduced themselves within {StartPatience.TotalSeconds:0} s.", inner: late);
        }

        if (processes.FirstOrDefault(p => p.Value.Process.Ended.IsCompleted) is { Key: { } ended, Value.Process: { } process })
            throw new CommandException(StatusCodes.Status502BadGateway, $"{ended} ended by itself with this storage: {await process.Ended}.");
        await WhenLeadingAsync();
    }

    /// <summary>Until the leader takes writes, or is known to wait for its storage: that is shown, and mends itself.</summary>
    private async Task WhenLeadingAsync()
    {
        using var deadline = new AwakeDeadline(StartPatience, time);
        while (directory.Leader is { } leader && !deadline.IsOver)
        {
            if (await client.TryHealthAsync(leader, CancellationToken.None) is { } health && (health.Ready || health.Storage is { Ok: false })) return;
            await Task.Delay(HealthPause, time, CancellationToken.None);
        }
    }

    private string KindOf(string node) => _storage.Of(node).Split(':')[0].ToLowerInvariant();
}
