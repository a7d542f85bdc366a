using System.Text.Json.Serialization;

namespace KvLab.Core.Network;

/// <summary>What a call to another node is for.</summary>
public enum PeerCall
{
    /// <summary>Who are you, and how far have you come?</summary>
    [JsonStringEnumMemberName("probe")] Probe,

    /// <summary>Refuse older leaders from now on.</summary>
    [JsonStringEnumMemberName("seal")] Seal,

    /// <summary>Hashes, and then versions, of what is held.</summary>
    [JsonStringEnumMemberName("digest")] Digest,

    /// <summary>What is to be taken over, taken back, removed or remembered.</summary>
    [JsonStringEnumMemberName("repair")] Repair,

    /// <summary>Everything that is held, for a leader that begins.</summary>
    [JsonStringEnumMemberName("recover")] Recover,
}

/// <summary>When a question arrived at the node that was asked.</summary>
/// <param name="BootId">Of the machine that it runs on; null where that is not known.</param>
/// <param name="Ns">Raw monotonic time of that boot.</param>
/// <param name="Lamport">Its Lamport time, which is past the one that the question carried.</param>
public readonly record struct CallArrival(string? BootId, long Ns, long Lamport);

/// <summary>Goes with a call, and comes back with what its answer tells of the other end.</summary>
/// <param name="lamport">The caller's time when it asks.</param>
public sealed class CallTrace(long lamport)
{
    public long Lamport { get; } = lamport;

    /// <summary>Null while no answer has told of it.</summary>
    public CallArrival? Arrival { get; set; }
}
