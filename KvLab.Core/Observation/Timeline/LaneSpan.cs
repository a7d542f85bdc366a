using System.Text.Json.Serialization;

namespace KvLab.Core.Observation.Timeline;

/// <summary>What was so with one node, or with the whole cluster, for a while.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SpanKind>))]
public enum SpanKind : byte
{
    /// <summary>Its process does not run, or has not introduced itself yet.</summary>
    [JsonStringEnumMemberName("down")] Down,

    /// <summary>It does nothing and keeps what it holds.</summary>
    [JsonStringEnumMemberName("frozen")] Frozen,

    /// <summary>A partition is between it and the leader.</summary>
    [JsonStringEnumMemberName("cut")] Cut,

    /// <summary>A leader that takes no writes yet.</summary>
    [JsonStringEnumMemberName("waiting")] Waiting,

    /// <summary>The leader's link to it has a fault.</summary>
    [JsonStringEnumMemberName("link")] Link,

    /// <summary>It is slow.</summary>
    [JsonStringEnumMemberName("slow")] Slow,

    /// <summary>It runs and its reports do not come.</summary>
    [JsonStringEnumMemberName("silent")] Silent,

    /// <summary>One leader leads.</summary>
    [JsonStringEnumMemberName("epoch")] Epoch,
}

/// <param name="Node">Of an epoch: who leads.</param>
/// <param name="Words">What it is, for people.</param>
/// <param name="EndNs">0 while it goes on.</param>
internal sealed record LaneSpan(SpanKind Kind, string Node, string Words, long BeginNs, long EndNs, long BeginLamport, long EndLamport)
{
    public long Begin(TimelineAxis axis) => axis == TimelineAxis.Lamport ? BeginLamport : BeginNs;
    public long End(TimelineAxis axis) => axis == TimelineAxis.Lamport ? EndLamport : EndNs;
}
