using System.Collections.Immutable;
using System.Runtime.InteropServices;
using KvLab.Core.Versioning;

namespace KvLab.Core.Durability;

/// <param name="Life">The node's life in which it was so.</param>
/// <param name="Generation">Grows when a leader gives out versions that were given before; an entry of an older one is another write.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Copy(EntryVersion Version, int Life, int Generation)
{
    /// <summary>Whether this copy is the write or a newer one of its key.</summary>
    public bool Covers(FollowedWrite write) => !Version.IsNone && Generation >= write.Generation && Version >= write.Version;
}

/// <summary>Who holds what of one key, and the acknowledged writes of it that are followed.</summary>
internal sealed class KeyCopies
{
    private Copy[] _copies = [];

    /// <summary>In the order of their answers.</summary>
    public List<FollowedWrite> Writes { get; } = [];

    /// <summary>
    /// The newest epoch of a lost write that a newer one of its epoch could take back. News of later epochs prove nothing, and there are many.
    /// </summary>
    public long LostEpoch { get; set; }

    public Copy this[NodeLife node]
    {
        get => node.Index < _copies.Length && _copies[node.Index] is var copy && copy.Life == node.Number ? copy : default;
        set
        {
            if (node.Index >= _copies.Length) Array.Resize(ref _copies, node.Index + 1);
            _copies[node.Index] = value;
        }
    }
}

internal sealed class FollowedWrite(AcknowledgedWrite facts, int generation)
{
    private static readonly CopyFate[] None = [];

    public AcknowledgedWrite Facts { get; } = facts;
    public EntryVersion Version => Facts.Version;
    public int Generation { get; } = generation;
    public ImmutableArray<string> HeldAtAnswer { get; set; } = [];
    public DurabilityState State { get; set; } = DurabilityState.Held;
    public DateTimeOffset? LostAt { get; set; }

    /// <summary>Somebody said that this very write is part of no history any more; no late news changes that.</summary>
    public bool RolledBack { get; set; }

    /// <summary>Nodes that held this very write when it was rolled back.</summary>
    public ImmutableArray<string> StillHeldBy { get; set; } = [];

    public CopyFate[] Fates { get; set; } = None;

    /// <summary>A copy is lost once: what is told a second time, by the one who rolls back and by what it holds then, is no news.</summary>
    public void Add(CopyFate fate)
    {
        if (!Fates.Any(f => f.Node == fate.Node && f.Why == fate.Why && f.At == fate.At)) Fates = [.. Fates, fate];
    }
}
