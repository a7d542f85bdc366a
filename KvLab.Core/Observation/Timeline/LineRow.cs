using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using KvLab.Core.Observation.Traffic;

namespace KvLab.Core.Observation.Timeline;

/// <summary>What a line of the diagram stands for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LineKind>))]
public enum LineKind : byte
{
    [JsonStringEnumMemberName("request")] Request,
    [JsonStringEnumMemberName("answer")] Answer,

    /// <summary>A rare question of one node to another.</summary>
    [JsonStringEnumMemberName("call")] Call,

    /// <summary>A client's read of a node.</summary>
    [JsonStringEnumMemberName("read")] Read,

    /// <summary>A write, from when the leader took it until its client was answered. No message between nodes.</summary>
    [JsonStringEnumMemberName("write")] Write,
}

/// <summary>What time runs along the diagram.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TimelineAxis>))]
public enum TimelineAxis : byte
{
    /// <summary>Nanoseconds since the observer began.</summary>
    [JsonStringEnumMemberName("real")] Real,

    /// <summary>The nodes' logical time.</summary>
    [JsonStringEnumMemberName("lamport")] Lamport,
}

[Flags]
internal enum LineFlags : byte
{
    None = 0,
    Inversion = 1,
    Copy = 1 << 1,
    /// <summary>When it was sent is not known: it stands where it arrived.</summary>
    Unsent = 1 << 2,
    /// <summary>One of its nodes reads a clock of which nothing is known.</summary>
    ForeignClock = 1 << 3,
    /// <summary>A read that missed an acknowledged write.</summary>
    Stale = 1 << 4,
}

/// <summary>One line: 48 bytes, for a recording has a million of them. What all lines of a track share is in <see cref="TrackId"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LineRow
{
    /// <summary>When it was sent, as told; where nobody told, when it arrived. The moment by which it is found.</summary>
    public long AtNs;

    /// <summary>When it arrived, as told; 0 where nobody told. Of a call: when its answer was there.</summary>
    public long EndNs;
    public uint AtLamport, EndLamport;

    /// <summary>Its id among those of its kind.</summary>
    public uint Number;
    public uint Version;

    /// <summary>In the names of keys; of a call between nodes, what it asked.</summary>
    public int Key;

    /// <summary>By how many µs its begin is moved, because its two clocks say that it left before what it answers had come.</summary>
    public uint MovedUs;
    public float DelayMs;
    private byte _outcome;
    public LineFlags Flags;

    /// <summary>1 for the first; of a write: how many acks it needs.</summary>
    public byte Attempt;

    /// <summary>Of a write: how many it had when its client was answered.</summary>
    public byte Acks;

    public MessageOutcome Outcome
    {
        readonly get => (MessageOutcome)_outcome;
        init => _outcome = (byte)value;
    }

    public readonly bool Is(LineFlags flag) => (Flags & flag) != 0;

    /// <summary>Where the line begins: never before what it answers.</summary>
    public readonly long Begin(TimelineAxis axis) => axis == TimelineAxis.Lamport ? AtLamport : AtNs + MovedUs * 1000L;

    /// <summary>Where it ends: never before it begins. 0 where that is not known.</summary>
    public readonly long End(TimelineAxis axis)
    {
        var end = axis == TimelineAxis.Lamport ? EndLamport : EndNs;
        return end == 0 ? 0 : Math.Max(end, Begin(axis));
    }

    /// <summary>How far something of it is to be seen.</summary>
    public readonly long Reach(TimelineAxis axis) => End(axis) is var end and > 0 ? end
        : Outcome == MessageOutcome.UnderWay ? long.MaxValue
        : Begin(axis) + (axis == TimelineAxis.Lamport ? 1 : (long)(DelayMs * 1_000_000));

    /// <summary>By so much the told times were against the order of events, in ms; 0 where they were not.</summary>
    public readonly double CorrectedMs => (MovedUs * 1000L + Math.Max(0, EndNs == 0 ? 0 : Begin(TimelineAxis.Real) - EndNs)) / 1_000_000.0;
}

/// <summary>What all lines of one track share: a leader has one epoch at a time, so a row need not say it.</summary>
internal readonly record struct TrackId(LineKind Kind, string From, string To, long Epoch);
