using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;

namespace KvLab.Web.Components.View;

public enum ThemeChoice { System, Light, Dark }

/// <summary>What a projector shows; a presenter remote steps through them in this order.</summary>
public enum Stage { Map, Replicas, Writes, Charts, Events }

public enum ChartTab { Latency, Lag }

/// <summary>What stands below the map: they share one place.</summary>
public enum DataTab { Replicas, Events, Diagram }

/// <summary>
/// What one person looks at, and nothing of the cluster. Immutable; the address bar carries it (<see cref="ViewQuery"/>), so that a link
/// or a bookmark restores it.
/// </summary>
public sealed record ViewOptions
{
    public static readonly ViewOptions Default = new();

    public ThemeChoice Theme { get; init; }
    public bool Projector { get; init; }
    public Stage Stage { get; init; }
    public ChartTab Chart { get; init; }
    public DataTab Data { get; init; }

    /// <summary>Part of a key's name; only such rows are in the replicas grid. Empty for all.</summary>
    public string KeyFilter { get; init; } = "";

    public EventFilter EventFilter { get; init; } = EventFilter.None;
    public Selection Selection { get; init; } = Selection.None;

    /// <summary>What is shown is a recording: it can be looked at, and nothing can be done to it. Of the page, not of its address.</summary>
    public bool Past { get; init; }
}

/// <summary>Names one event for good: sequence numbers begin again in each incarnation of a node.</summary>
public sealed record EventId(string Node, string Incarnation, long Sequence)
{
    public static EventId Of(NodeEvent e) => new(e.Node, e.Incarnation, e.Sequence);

    public bool Names(NodeEvent e) => e.Sequence == Sequence && e.Node == Node && e.Incarnation == Incarnation;
}

/// <summary>
/// What is selected, wherever it was selected: a write is lit in all panels by its version, a replica's cell by key and node.
/// </summary>
/// <param name="Version"><see cref="EntryVersion.None"/> where an event of no write is selected.</param>
/// <param name="Node">The node whose part in it is meant; null for the write as a whole.</param>
/// <param name="Event">The event that was selected itself, if it was one.</param>
public sealed record Selection(string? Key = null, EntryVersion Version = default, string? Node = null, EventId? Event = null)
{
    public static readonly Selection None = new();

    public bool IsNone => this == None;

    public static Selection Of(WriteView write) => new(write.Key, write.Version);

    public static Selection Of(NodeEvent e) =>
        new(e.Key, e.EntryVersion, IsAboutPeer(e) ? e.Peer : e.Node, EventId.Of(e));

    /// <summary>A leader reports these of one of its followers; who leads now says nothing of who led then.</summary>
    private static bool IsAboutPeer(NodeEvent e) => e is
    {
        Peer: not null,
        Kind: EventKind.DeliveryAcked or EventKind.DeliveryFailed or EventKind.DeliveryAbandoned or EventKind.MessageLost
            or EventKind.LinkChanged or EventKind.FollowerCaughtUp or EventKind.AntiEntropyRepaired
    };

    public bool IsWrite(WriteView write) => !Version.IsNone && write.Version == Version && write.Key == Key;

    /// <summary>Whether an event belongs to the selected write, at the selected node where one is.</summary>
    public bool Concerns(NodeEvent e) =>
        !Version.IsNone && e.EntryVersion == Version && e.Key == Key && (Node is null || e.Node == Node || e.Peer == Node);
}
