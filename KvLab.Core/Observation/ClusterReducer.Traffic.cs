using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Timeline;
using KvLab.Core.Observation.Traffic;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    private const long NsPerMs = 1_000_000;

    private TrafficBook _traffic = new();
    private DateTimeOffset? _originUtc;
    private readonly SpanBook _spans = new();
    private readonly List<(SpanKind, string, string)> _soNow = [];

    private void FollowTraffic(NodeRecord node, NodeEvent e)
    {
        var foreign = node.Clock is null;
        var ns = NsOf(node, e);
        node.Lamport = Math.Max(node.Lamport, e.Lamport);
        if (e.Kind == EventKind.PeerCalled) _traffic.Call(node.Id, e, ns, ArrivalOf(node, e), foreign);
        else _traffic.Take(node.Id, e, ns, foreign);
    }

    /// <summary>On the observer's clock. Where nothing is known of the node's, the moment at which its report came is all there is.</summary>
    private long NsOf(NodeRecord node, NodeEvent e) => node.Clock is { } clock ? Math.Max(1, e.MonotonicNs + clock.OffsetNs) : _now.Ms * NsPerMs;

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
    public byte[]? NextTraffic(TrafficCursor cursor, long nowNs, long? knownNs = null) => TrafficFrames.Next(_traffic, ErrorsMs, cursor, nowNs, knownNs);

    /// <summary>When the observer's own time began, on its wall clock; a clock that is set later changes nothing about it.</summary>
    private DateTimeOffset OriginUtc => _originUtc ??= _now.Utc.AddMilliseconds(-_now.Ms);

    /// <summary>Gives a diagram what changed since it was given something last.</summary>
    /// <param name="nowNs">Since the observer began; null: as of the last message.</param>
    public void Feed(TimelineBook book, long? nowNs = null)
    {
        book.Take(_traffic);
        var errors = ErrorsMs();
        book.Know(new TrafficFacts(OriginUtc, nowNs ?? _now.Ms * NsPerMs, _nodes.Values.Select(n => n.Lamport).DefaultIfEmpty(0).Max(),
            [.. _nodes.Values.Select(n => new TimelineLane(n.Id, n.Role == NodeRoles.Leader, errors.TryGetValue(n.Id, out var error) ? error : null))], _spans.All));
    }

    /// <summary>After whatever may have changed what is so with a node.</summary>
    private void FollowSpans(long ns)
    {
        _soNow.Clear();
        NodeRecord? leader = null;
        foreach (var node in _nodes.Values)
            if (node.Role == NodeRoles.Leader) leader = node;
        if (leader is not null && _reign > 0) _soNow.Add((SpanKind.Epoch, leader.Id, $"epoch {_reign}"));
        if (_waiting is not null) _soNow.Add((SpanKind.Waiting, _waiting.Node, "waits for other nodes"));
        foreach (var node in _nodes.Values)
        {
            switch (node.View().State)
            {
                case NodeState.Stopped: _soNow.Add((SpanKind.Down, node.Id, "stopped")); break;
                case NodeState.Crashed: _soNow.Add((SpanKind.Down, node.Id, "crashed")); break;
                case NodeState.Starting: _soNow.Add((SpanKind.Down, node.Id, "starting")); break;
                case NodeState.Disconnected: _soNow.Add((SpanKind.Silent, node.Id, "no reports")); break;
                case NodeState.Frozen: _soNow.Add((SpanKind.Frozen, node.Id, "frozen")); break;
                default: break;
            }

            if (node != leader && leader is not null && IsCutOff(node)) _soNow.Add((SpanKind.Cut, node.Id, "cut off"));
            else if (leader?.Links.GetValueOrDefault(node.Id) is { Faults: { IsNone: false } faults })
                _soNow.Add(faults.Mode == LinkMode.Swallow ? (SpanKind.Cut, node.Id, "cut off") : (SpanKind.Link, node.Id, $"link: {faults.Describe()}"));
            if (node.Faults.SlowMs > 0) _soNow.Add((SpanKind.Slow, node.Id, node.Faults.Describe()));
        }

        _spans.Look(_soNow, ns, LamportOf);
    }

    private long LamportOf(string node) => _nodes.TryGetValue(node, out var known) ? known.Lamport : 0;

    private static bool MayChangeSpans(NodeEvent e) => e.Kind is EventKind.NodeReady or EventKind.NodeStopping or EventKind.LeaderRecovered or EventKind.LeaderPromoted or EventKind.LeaderSteppedDown
        or EventKind.LeaderWaiting or EventKind.LinkChanged or EventKind.NodeFaultsChanged || (e.Kind == EventKind.MessageLost && e.Reason == Dropped);
}
