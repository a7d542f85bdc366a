using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Network;

namespace KvLab.Core.Simulation;

/// <summary>A node's place in a <see cref="SimulatedCluster"/>: its address is for ever, its member is replaced when it starts again, as a process is.</summary>
public sealed class SimulatedNode(Peer peer)
{
    public Peer Peer { get; } = peer;
    public string Id => Peer.Id;
    public Member Member { get; internal set; } = null!;
    public Replica Replica => Member.Replica;

    /// <summary>By which this incarnation tells what it does.</summary>
    internal Voice Voice { get; set; } = null!;
    public int Incarnation { get; internal set; }
    public bool Up { get; internal set; }
    public bool IsFrozen => Up && Member.Faults.IsFrozen;

    /// <summary>Leads, and accepts writes.</summary>
    internal bool Leads => Up && Replica.Leader is { HasBegun: true };

    /// <summary>Completes when this incarnation is killed: whoever waits for its answer gets none.</summary>
    internal TaskCompletionSource Death { get; set; } = new();
}

/// <summary>The events of one incarnation, until it ends.</summary>
internal sealed class Voice(IEventSink next) : IEventSink
{
    public bool IsSilent { get; set; }

    public void Publish(NodeEvent nodeEvent)
    {
        if (!IsSilent) next.Publish(nodeEvent);
    }
}
