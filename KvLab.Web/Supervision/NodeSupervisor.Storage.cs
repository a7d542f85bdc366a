using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Timing;

namespace KvLab.Web.Supervision;

internal sealed partial class NodeSupervisor
{
    private static readonly TimeSpan HealthPause = TimeSpan.FromMilliseconds(100);

    /// <summary>So long a storage may take until it works for every node.</summary>
    private static readonly TimeSpan StoragePatience = TimeSpan.FromSeconds(3);

    private const string NothingChanged = "Nothing was changed: the nodes keep running with the storage they have.";

    // Changed only under _changes.
    private StorageChoice _storage = options.Storage;

    public StorageRequest? BackToStartStorage =>
        _storage.IsSameAs(options.Storage, _nodes.Keys) ? null : new StorageRequest { Back = options.Storage };

    public async Task<StorageRequest> ChangeStorageAsync(StorageRequest request, CancellationToken cancellation)
    {
        await _changes.WaitAsync(cancellation);
        try
        {
            var (before, errors) = (_storage, new FieldErrors());
            var wanted = before.With(request, options.Servers, [.. _nodes.Keys.Order(NaturalOrder.Instance)], errors);
            if (errors.All.Count > 0) throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", errors.All.Select(e => e.Message)), errors.All);
            // What was before is gone back to whatever became of it.
            if (request.Back is null) await CheckReachAsync(before, wanted, cancellation);
            // From here on to the end: a cluster that is half stopped would be worse than an answer that nobody waits for.
            await RestartOrGoBackAsync(wanted, before, mustWork: request.Back is null);
            return new StorageRequest { Back = before };
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Before anything is stopped.</summary>
    private async Task CheckReachAsync(StorageChoice before, StorageChoice wanted, CancellationToken cancellation)
    {
        var looks = _nodes.Keys.Where(id => wanted.Of(id) != before.Of(id)).Select(id => StorageReach.ProblemOfAsync(wanted.Of(id), id, time, cancellation));
        if ((await Task.WhenAll(looks)).FirstOrDefault(problem => problem is not null) is { } sentence)
            throw new CommandException(StatusCodes.Status502BadGateway, $"{sentence} {NothingChanged}");
        var verdicts = await StorageTrial.RunAsync(directory.All.Where(n => wanted.Of(n.Id) != before.Of(n.Id)), wanted, wanted.FieldOf, options.NodesPath, _spawner, time);
        if (verdicts.Count == 0) return;
        var text = string.Join(" ", verdicts.Select(v => v.Sentence).Distinct());
        FieldError[] fields = [.. verdicts.Where(v => v.IsInput).Select(v => new FieldError(v.Field, v.Sentence))];
        throw fields.Length > 0
            ? new CommandException(StatusCodes.Status400BadRequest, text, fields)
            : new CommandException(StatusCodes.Status502BadGateway, $"{text} {NothingChanged}");
    }

    /// <summary>At a start: what no waiting makes right stops it. A server that does not answer yet is waited for by the nodes themselves.</summary>
    /// <exception cref="InvalidOptionsException">No process was started.</exception>
    private async Task RequireUsableStorageAsync(IEnumerable<string> nodes)
    {
        var servers = nodes.Where(id => StorageText.Split(_storage.Of(id)).Kind is StorageServers.Redis or StorageServers.Postgres).Select(id => new NodeAddress(id, NodeRoles.Follower, ""));
        var verdicts = await StorageTrial.RunAsync(servers, _storage, StartNameOf, options.NodesPath, _spawner, time);
        FieldError[] wrong = [.. verdicts.Where(v => v.IsFinal).Select(v => new FieldError(v.Field, v.Sentence))];
        if (wrong.Length > 0) throw new InvalidOptionsException(wrong);
    }

    private string StartNameOf(string node) => _storage.IsOf(node) ? $"Cluster:StorageOf:{node}" : "Cluster:Storage";

    private async Task RestartOrGoBackAsync(StorageChoice wanted, StorageChoice before, bool mustWork)
    {
        try
        {
            await RestartAsync(wanted);
            if (mustWork) await RequireStorageAsync();
        }
        catch (Exception failure)
        {
            var what = failure is CommandException ? failure.Message : $"The nodes could not be started with this storage: {failure.Message}";
            var status = (failure as CommandException)?.Status ?? StatusCodes.Status502BadGateway;
            try
            {
                await RestartAsync(before);
            }
            catch (Exception again)
            {
                throw new CommandException(status, $"{what} Not all nodes could be restarted with their previous storage either: {again.Message} Start those that are not running by hand.", inner: again);
            }

            throw new CommandException(status, $"{what} The nodes run again with their previous storage{WhatIsGone(before)}.", inner: failure);
        }
    }

    /// <summary>They were ended, so what only their memory held is no more.</summary>
    private string WhatIsGone(StorageChoice storage)
    {
        string[] inMemory = [.. _nodes.Keys.Where(id => storage.Of(id) == StorageServers.Memory).Order(NaturalOrder.Instance)];
        return inMemory.Length == 0 ? "" : inMemory.Length == _nodes.Count ? ", but their entries were in memory and are lost" : $", but what {NameList.And(inMemory)} kept in memory is lost";
    }

    /// <summary>A node whose storage refuses it runs, and waits; for a change that somebody has just asked for that is a failure.</summary>
    private async Task RequireStorageAsync()
    {
        using var deadline = new AwakeDeadline(StoragePatience, time);
        while (true)
        {
            var looks = await Task.WhenAll(directory.All.Select(async n => (n.Id, (await client.TryHealthAsync(n, CancellationToken.None))?.Storage)));
            if (looks.FirstOrDefault(l => l.Storage is { Ok: false }) is not { Id: { } id, Storage: { } storage }) return;
            if (deadline.IsOver) throw new CommandException(StatusCodes.Status502BadGateway, $"{id} cannot use this storage: {storage.Sentence ?? "it does not say why"}");
            await Task.Delay(HealthPause, time, CancellationToken.None);
        }
    }

    /// <summary>All begin with a new reign, and somebody has to begin it, also where nobody leads now.</summary>
    private void AppointLeader()
    {
        directory.AwaitedReign = 0;
        if (directory.Leader is not null) return;
        var first = _nodes.Values.OrderBy(n => n.Address.Role != NodeRoles.Leader).ThenBy(n => n.Id, NaturalOrder.Instance).First();
        directory.Set(first.Address with { Role = NodeRoles.Leader });
    }

    private async Task RestartAsync(StorageChoice storage)
    {
        // Before, so that nobody takes the end of the leader for a failure; and after, because ends are news of the old cluster.
        events.Tell(new ClusterRenewed());
        await Task.WhenAll(_nodes.Values.Select(n => n.Process?.StopAsync(StopPatience, time) ?? Task.CompletedTask));
        await Task.WhenAll(_nodes.Values.Select(n => n.Watch));
        events.Tell(new ClusterRenewed());
        _storage = storage;
        AppointLeader();
        await Task.WhenAll(_nodes.Values.Select(n => LaunchAsync(n)));
        var processes = _nodes.Values.ToDictionary(n => n.Id, n => (Process: n.Process!, n.Process!.Id), StringComparer.Ordinal);
        events.Report(EventKind.DashboardNotice, null, $"All nodes were restarted: {string.Join(", ", processes.Keys.Order(NaturalOrder.Instance).Select(id => $"{id} stores in {KindOf(id)}"))}.");
        try
        {
            await state.WhenAsync(s => processes.All(p => p.Value.Process.Ended.IsCompleted
                || s.Nodes.Any(n => n.Id == p.Key && n.State == NodeState.Running && n.ProcessId == p.Value.Id)), StartPatience, time, CancellationToken.None);
        }
        catch (TimeoutException late)
        {
            throw new CommandException(StatusCodes.Status504GatewayTimeout, $"Not all nodes connected within {StartPatience.TotalSeconds:0} s.", inner: late);
        }

        if (processes.FirstOrDefault(p => p.Value.Process.Ended.IsCompleted) is { Key: { } ended, Value.Process: { } process })
            throw new CommandException(StatusCodes.Status502BadGateway, $"{ended} exited with this storage: {await process.Ended}.");
        await WhenLeadingAsync();
    }

    /// <summary>Until the leader accepts writes, or is known to wait for its storage: that is shown, and mends itself.</summary>
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
