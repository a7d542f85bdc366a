using KvLab.Core.Control;
using KvLab.Core.Network;

namespace KvLab.Core.Chaos;

public sealed partial class ChaosRunner
{
    /// <summary>A fault that goes on, with what undoes it.</summary>
    private sealed record Active(ChaosFault Fault, IReadOnlyList<string> Nodes, double UntilMs);

    // In the order of their ends.
    private readonly PriorityQueue<Active, double> _active = new();

    // Nodes that something is wrong with now: each has at most one fault at a time.
    private readonly HashSet<string> _troubled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _otherSide = new(StringComparer.Ordinal);


    /// <summary>Beginnings and ends in the order of their times, one after the other: what takes long moves the rest, never the order.</summary>
    private async Task PlayFaultsAsync(CancellationToken cancellation)
    {
        foreach (var fault in plan.Faults)
        {
            while (_active.TryPeek(out var first, out var endsMs) && endsMs <= Math.Max(fault.AtMs, NowMs)) await EndAsync(_active.Dequeue(), cancellation);
            await UntilMsAsync(fault.AtMs, cancellation);
            _checks.Look(await DumpsAsync(cancellation), stage.Nodes);
            await BeginAsync(fault, cancellation);
            Tell($"fault {fault.Number} of {plan.Faults.Count}");
        }

        while (_active.TryPeek(out _, out _)) await EndAsync(_active.Dequeue(), cancellation);
    }

    private async Task UntilMsAsync(double atMs, CancellationToken cancellation)
    {
        var leftMs = atMs - NowMs;
        if (leftMs > 0) await Task.Delay(TimeSpan.FromMilliseconds(leftMs), stage.Time, cancellation);
    }

    private async Task BeginAsync(ChaosFault fault, CancellationToken cancellation)
    {
        // A leader is touched, and a memory emptied, only when all is well otherwise.
        if (fault.IsAboutLeader || fault.Empties)
        {
            while (_active.Count > 0) await EndAsync(_active.Dequeue(), cancellation);
            if (!await UntilAsync(CaughtUpAsync, cancellation))
            {
                Note(fault, null, $"Not every node had caught up within {Patience.TotalSeconds:0} s, so this fault was left out.");
                return;
            }
        }

        // Where every follower has a fault already, or the leader is away, the next one waits for an end.
        while ((Free().Count == 0 || Leader is null) && _active.Count > 0) await EndAsync(_active.Dequeue(), cancellation);
        var (leader, free) = (Leader, Free());
        if (leader is null || free.Count == 0)
        {
            Note(fault, null, "There was no leader, or no follower.");
            return;
        }

        string[] nodes = fault.IsAboutLeader ? [leader] : [.. Enumerable.Range(0, Math.Min(fault.Width, free.Count)).Select(i => free[(fault.Pick + i) % free.Count])];
        Note(fault, string.Join(", ", nodes), null);
        await DoAsync(fault, nodes, cancellation);
        _troubled.UnionWith(nodes);
        _active.Enqueue(new Active(fault, nodes, NowMs + fault.LastsMs), NowMs + fault.LastsMs);
    }

    private string? Leader => stage.Nodes.FirstOrDefault(n => n is { Leads: true, Up: true })?.Id;

    private List<string> Free() => [.. stage.Nodes.Where(n => n is { Leads: false, Up: true } && !_troubled.Contains(n.Id)).Select(n => n.Id)];

    private async Task DoAsync(ChaosFault fault, string[] nodes, CancellationToken cancellation)
    {
        switch (fault.Kind)
        {
            case ChaosKind.KillFollower or ChaosKind.RestartLeader:
                await KillAsync(nodes[0], cancellation);
                break;
            case ChaosKind.FreezeFollower:
                await stage.ActAsync(NodeAct.Freeze, nodes[0], 0, cancellation);
                break;
            case ChaosKind.FailOver:
                await KillAsync(nodes[0], cancellation);
                await stage.FailOverAsync(null, cancellation);
                break;
            case ChaosKind.FreezeLeader:
                await stage.ActAsync(NodeAct.Freeze, nodes[0], 0, cancellation);
                _checks.Reigned(nodes[0]);
                await stage.FailOverAsync(null, cancellation);
                break;
            case ChaosKind.Partition:
                _otherSide.UnionWith(nodes);
                await stage.PartitionAsync([.. _otherSide], cancellation);
                break;
            default:
                await stage.SetLinkAsync(nodes[0], fault.Link!, cancellation);
                break;
        }
    }

    private async Task KillAsync(string node, CancellationToken cancellation)
    {
        _checks.Emptied(node);
        await stage.ActAsync(NodeAct.Kill, node, 0, cancellation);
    }

    private async Task EndAsync(Active active, CancellationToken cancellation)
    {
        await UntilMsAsync(active.UntilMs, cancellation);
        switch (active.Fault.Kind)
        {
            case ChaosKind.KillFollower or ChaosKind.RestartLeader or ChaosKind.FailOver:
                await stage.StartAsync(active.Nodes[0], true, cancellation);
                break;
            case ChaosKind.FreezeFollower or ChaosKind.FreezeLeader:
                await stage.ActAsync(NodeAct.Thaw, active.Nodes[0], 0, cancellation);
                break;
            case ChaosKind.Partition:
                _otherSide.ExceptWith(active.Nodes);
                await stage.PartitionAsync([.. _otherSide], cancellation);
                break;
            default:
                await stage.SetLinkAsync(active.Nodes[0], LinkFaults.None, cancellation);
                break;
        }

        _troubled.ExceptWith(active.Nodes);
    }

    /// <summary>Every node runs and answers, those that were emptied hold again what was acknowledged, and each acknowledged write is held by all but one at least.</summary>
    private async Task<bool> CaughtUpAsync(CancellationToken cancellation)
    {
        if (stage.Nodes.Any(n => !n.Up) || !stage.Nodes.Any(n => n.Leads)) return false;
        // Acknowledged before the dumps are taken: what is acknowledged meanwhile has its own holders.
        var acknowledged = _writes.Newest();
        var dumps = await DumpsAsync(cancellation);
        if (dumps.Any(d => d.Entries is null)) return false;
        var lacking = dumps.Count(d => acknowledged.Any(w => !d.Entries!.TryGetValue(w.Key, out var held) || held.Version < w.Value));
        if (lacking > 0) return false;
        return true;
    }

    private async Task HealAllAsync(CancellationToken cancellation)
    {
        while (_active.Count > 0) await EndAsync(_active.Dequeue(), cancellation);
        await stage.HealAsync(null, cancellation);
    }

    private void Note(ChaosFault fault, string? node, string? skipped) => _done.Add(new FaultDone(fault, node, NowMs, skipped));
}
