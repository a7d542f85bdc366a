using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Web.Problems;

namespace KvLab.Web.Supervision;

internal sealed partial class NodeSupervisor
{
    private static readonly TimeSpan LeaderPatience = TimeSpan.FromSeconds(2);

    public async Task KillAsync(string id, CancellationToken cancellation)
    {
        var node = Find(id);
        if (!node.IsAlive) throw Conflict($"{directory.Name(id)} is not running, so it cannot be killed.");
        node.Process!.Kill();
        await node.Process.Ended.WaitAsync(cancellation);
    }

    public Task StartAsync(string id, CancellationToken cancellation) => StartAsync(id, forgetful: false, cancellation);

    public Task StartForgetfulAsync(string id, CancellationToken cancellation)
    {
        if (directory.Find(id) is { } node && node.Role != NodeRoles.Leader)
            throw Conflict($"{directory.Name(id)} is a follower; only a leader can forget its counter.");
        return StartAsync(id, forgetful: true, cancellation);
    }

    private async Task StartAsync(string id, bool forgetful, CancellationToken cancellation)
    {
        var node = Find(id);
        await _changes.WaitAsync(cancellation);
        try
        {
            if (node.IsAlive) throw Conflict($"{directory.Name(id)} is running already.");
            await node.Watch;
            if (!FreePorts.IsFree(new Uri(node.Address.Url).Port)) throw PortTaken(node);
            await LaunchAsync(node, forgetful);
        }
        finally
        {
            _changes.Release();
        }

        // Whoever was quicker than the node has the port now, as if it had been taken all the time.
        if (await LostARaceAsync([node], cancellation)) throw PortTaken(node);
    }

    /// <summary>A node that the others know keeps its address: it does not move, and says why it does not run.</summary>
    private static CommandException PortTaken(SupervisedNode node) =>
        Conflict($"{node.Id} keeps its port, but another program uses port {new Uri(node.Address.Url).Port} now. End that program, then retry.");

    public async Task<string> AddFollowerAsync(CancellationToken cancellation)
    {
        await _changes.WaitAsync(cancellation);
        try
        {
            if (directory.Followers.Count >= ClusterOptions.MostFollowers)
                throw Conflict($"There are {ClusterOptions.MostFollowers} followers already, which is the most that this lab runs.");
            await RequireLeaderAsync(cancellation);
            var number = Enumerable.Range(1, ClusterOptions.MostFollowers).First(n => !_nodes.ContainsKey(NodeRoles.FollowerId(n)));
            var wanted = options.BasePort == 0 ? 0 : options.BasePort + number;
            for (var tried = 1; ; tried++)
            {
                // Nobody knows it yet, so it may take any port when it loses the race for the wanted one.
                var node = Register(NodeRoles.FollowerId(number), NodeRoles.Follower, wanted, FreePorts.Choose([tried == 1 ? wanted : 0])[0]);
                try
                {
                    await LaunchAsync(node);
                    if (tried == PortTries || !await LostARaceAsync([node], cancellation))
                    {
                        foreach (var line in StartWords.OfPorts([(node.Id, wanted, new Uri(node.Address.Url).Port)])) Console.WriteLine(line);
                        return await TakeInAsync(node, cancellation);
                    }
                }
                catch
                {
                    await ForgetAsync(node);
                    await TakeBackAsync();
                    throw;
                }

                await ForgetAsync(node);
            }
        }
        finally
        {
            _changes.Release();
        }
    }

    private async Task<string> TakeInAsync(SupervisedNode node, CancellationToken cancellation)
    {
        await WhenRunningAsync(node, cancellation);
        await client.PutFollowersAsync(directory.Leader!, directory.Followers, cancellation);
        return node.Id;
    }

    /// <summary>The leader may have taken in a follower that is no more, and only its answer was lost.</summary>
    private async Task TakeBackAsync()
    {
        try
        {
            if (directory.Leader is { } leader) await client.PutFollowersAsync(leader, directory.Followers, CancellationToken.None);
        }
        catch (CommandException)
        {
            // It does not answer now either. It counts a follower that never confirms, until followers change again.
        }
    }

    private async Task WhenRunningAsync(SupervisedNode node, CancellationToken cancellation)
    {
        try
        {
            var settled = await state.WhenAsync(
                s => s.Nodes.Any(n => n.Id == node.Id && n.State is NodeState.Running or NodeState.Crashed), StartPatience, time, cancellation);
            if (settled.Nodes.First(n => n.Id == node.Id) is { State: NodeState.Crashed } crashed)
                throw new CommandException(StatusCodes.Status502BadGateway, $"{node.Id} could not be added. {crashed.Notice}");
        }
        catch (TimeoutException late)
        {
            throw new CommandException(StatusCodes.Status504GatewayTimeout,
                $"{node.Id} did not connect within {StartPatience.TotalSeconds:0} s, so it was not added.", inner: late);
        }
    }

    public async Task RemoveFollowerAsync(string id, CancellationToken cancellation)
    {
        var node = Find(id);
        if (directory.Leader?.Id == id) throw Conflict($"{directory.Name(id)} is the leader; only followers can be removed.");
        await _changes.WaitAsync(cancellation);
        try
        {
            var remaining = directory.Followers.Where(f => f.Id != id).ToArray();
            if (remaining.Length < ClusterOptions.FewestFollowers)
                throw Conflict($"{directory.Name(id)} is the last follower; the lab needs at least {ClusterOptions.FewestFollowers}.");
            var quorum = CurrentSettings.FollowerAcks();
            if (quorum > remaining.Length)
            {
                throw Conflict($"{directory.Name(id)} cannot be removed: the write quorum is W = {CurrentSettings.WriteQuorum}, and only {Explain.Count(remaining.Length, "follower")} would be left. "
                    + $"Set W to {CurrentSettings.LargestQuorum(remaining.Length)} or less first.");
            }
            await RequireLeaderAsync(cancellation);
            await client.PutFollowersAsync(directory.Leader!, remaining, cancellation);
            await ForgetAsync(node);
        }
        finally
        {
            _changes.Release();
        }
    }

    private async Task ForgetAsync(SupervisedNode node)
    {
        directory.Remove(node.Id);
        _nodes.TryRemove(node.Id, out _);
        if (node.Process is not null) await node.Process.StopAsync(StopPatience, time);
        await node.Watch;
        events.Tell(new NodeRemoved(node.Id));
    }

    /// <summary>Before a process begins or ends for it.</summary>
    private async Task RequireLeaderAsync(CancellationToken cancellation)
    {
        if (directory.Leader is not { } known) throw Conflict(Leadership.WhyNone(state.Current));
        if (!_nodes.TryGetValue(known.Id, out var leader) || !leader.IsAlive)
            throw Conflict("The leader is not running, and only the leader can add or remove followers. Start it first.");
        if (await client.TryHealthAsync(known, cancellation, LeaderPatience) is not { Ready: true, Role: NodeRoles.Leader })
            throw Conflict($"{known.Id} does not answer as the leader now, and only the leader can add or remove followers. Thaw it, wait until it is ready, or promote a follower.");
    }

    private SupervisedNode Find(string id) =>
        _nodes.GetValueOrDefault(id) ?? throw NodeClient.UnknownNode(id, directory);

    private static CommandException Conflict(string sentence) => new(StatusCodes.Status409Conflict, sentence);
}
