using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Traffic;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    private const long NsPerMs = 1_000_000;

    private TrafficBook _traffic = new();
    private DateTimeOffset? _originUtc;

    private void FollowTraffic(NodeRecord node, NodeEvent e)
    {
        var foreign = node.Clock is null;
        // Where nothing is known of its clock, the moment at which its report came is all there is.
        var ns = node.Clock is { } clock ? Math.Max(1, e.MonotonicNs + clock.OffsetNs) : _now.Ms * NsPerMs;
        if (e.Kind == EventKind.PeerCalled) _traffic.Call(node.Id, e, ns, ArrivalOf(node, e), foreign);
        else _traffic.Take(node.Id, e, ns, foreign);
    }

    /// <summary>When a call arrived, on the observer's clock; 0 where that is not known.</summary>
    private long ArrivalOf(NodeRecord caller, NodeEvent e)
    {
        if (e.Call is not { ArrivedNs: { } arrived } call) return 0;
        if (call.BootId is null) return caller.Clock is { } own ? Math.Max(1, arrived + own.OffsetNs) : 0;
        return e.Peer is not null && _nodes.TryGetValue(e.Peer, out var asked) && asked.Clock is { } other ? Math.Max(1, arrived - asked.OriginNs + other.OffsetNs) : 0;
    }

    /// <inheritdoc cref="TrafficBook.Messages"/>
    public long Messages => _traffic.Messages;

    /// <summary>All messages that are remembered, as of the last message.</summary>
    public TrafficCopy CopyTraffic() => new(_traffic.Trips.Copy(), [.. _traffic.Calls.All, .. _traffic.Reads.All], OriginUtc, ErrorsMs());

    /// <summary>By node, how wrong its times may be against this observer's; the clients of this dashboard read the observer's own clock.</summary>
    private Dictionary<string, double> ErrorsMs()
    {
        var errors = _nodes.Values.Where(n => n.Clock is not null).ToDictionary(n => n.Id, n => n.Clock!.ErrorNs / (double)NsPerMs, StringComparer.Ordinal);
        errors[ObserverSources.Clients] = 0;
        return errors;
    }

    /// <summary>What is new of messages for one viewer, packed; null where nothing is.</summary>
    /// <param name="nowNs">Since the observer began.</param>
    public byte[]? NextTraffic(TrafficCursor cursor, long nowNs) => TrafficFrames.Next(_traffic, ErrorsMs, cursor, nowNs);

    /// <summary>When the observer's own time began, on its wall clock; a clock that is set later changes nothing about it.</summary>
    private DateTimeOffset OriginUtc => _originUtc ??= _now.Utc.AddMilliseconds(-_now.Ms);
}
