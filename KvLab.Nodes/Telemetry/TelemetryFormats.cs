using System.Collections.Immutable;
using System.Text;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using MessagePack;
using MessagePack.Formatters;

namespace KvLab.Nodes.Telemetry;

/// <summary>
/// Writes what a node reports exactly as SignalR's default options would (records as arrays in the order of their members, enums by name,
/// settings by property name), so that the dashboard reads it with those. Written by hand because six starting nodes would otherwise each
/// generate and compile this code, and a busy leader would look names up some hundred thousand times a second. A test compares the bytes.
/// </summary>
internal sealed class TelemetryFormats : IFormatterResolver, IMessagePackFormatter<EventBatch?>
{
    public static readonly TelemetryFormats Instance = new();

    private const int Members = 31;

    private static readonly ImmutableArray<byte[]> Kinds = NamesOf<EventKind>();
    private static readonly ImmutableArray<byte[]> Outcomes = NamesOf<DeliveryOutcome>();

    public IMessagePackFormatter<T>? GetFormatter<T>() => this as IMessagePackFormatter<T>;

    public EventBatch? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) =>
        throw new NotSupportedException("A node reports batches and never reads one.");

    public void Serialize(ref MessagePackWriter writer, EventBatch? batch, MessagePackSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(batch);
        writer.WriteArrayHeader(4);
        writer.Write(batch.Node);
        writer.Write(batch.Incarnation);
        writer.Write(batch.Dropped);
        writer.WriteArrayHeader(batch.Events.Length);
        foreach (var nodeEvent in batch.Events) Write(ref writer, nodeEvent, options);
    }

    private static void Write(ref MessagePackWriter writer, NodeEvent e, MessagePackSerializerOptions options)
    {
        writer.WriteArrayHeader(Members);
        writer.Write(e.Node);
        writer.Write(e.Incarnation);
        writer.Write(e.Sequence);
        writer.WriteString(Kinds[(int)e.Kind]);
        writer.Write(e.Lamport);
        writer.Write(e.MonotonicNs);
        DateTimeOffsetFormatter.Instance.Serialize(ref writer, e.At, options);
        writer.Write(e.Key);
        writer.Write(e.Epoch);
        writer.Write(e.Version);
        writer.Write(e.Value);
        writer.Write(e.Peer);
        writer.Write(e.HeldEpoch);
        writer.Write(e.HeldVersion);
        if (e.Outcome is { } outcome) writer.WriteString(Outcomes[(int)outcome]);
        else writer.WriteNil();
        Write(ref writer, e.ElapsedMs);
        Write(ref writer, e.DelayMs);
        Write(ref writer, e.Attempt);
        writer.Write(e.Late);
        Write(ref writer, e.Acks);
        Write(ref writer, e.Required);
        writer.Write(e.Reason);
        writer.Write(e.Detail);
        Write(ref writer, e.Peers);
        Write(ref writer, e.DelaysMs);
        Write(ref writer, e.Settings);
        writer.Write(e.Naive);
        Write(ref writer, e.Link);
        Write(ref writer, e.Faults);
        Write(ref writer, e.BytesSent);
        Write(ref writer, e.BytesCompared);
    }

    private static void Write(ref MessagePackWriter writer, double? number)
    {
        if (number is { } value) writer.Write(value);
        else writer.WriteNil();
    }

    private static void Write(ref MessagePackWriter writer, long? number)
    {
        if (number is { } value) writer.Write(value);
        else writer.WriteNil();
    }

    private static void Write(ref MessagePackWriter writer, string[]? texts)
    {
        if (texts is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(texts.Length);
        foreach (var text in texts) writer.Write(text);
    }

    private static void Write(ref MessagePackWriter writer, double[]? numbers)
    {
        if (numbers is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(numbers.Length);
        foreach (var number in numbers) writer.Write(number);
    }

    private static void Write(ref MessagePackWriter writer, LiveSettings? settings)
    {
        if (settings is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteMapHeader(15);
        writer.Write(nameof(settings.WriteQuorum));
        writer.Write(settings.WriteQuorum);
        writer.Write(nameof(settings.QuorumCountsLeader));
        writer.Write(settings.QuorumCountsLeader);
        writer.Write(nameof(settings.MinDelayMs));
        writer.Write(settings.MinDelayMs);
        writer.Write(nameof(settings.MaxDelayMs));
        writer.Write(settings.MaxDelayMs);
        writer.Write(nameof(settings.Distribution));
        writer.Write(settings.Distribution.ToString());
        writer.Write(nameof(settings.Seed));
        writer.Write(settings.Seed);
        writer.Write(nameof(settings.DelayOrigin));
        writer.Write(settings.DelayOrigin);
        writer.Write(nameof(settings.ReplicationTimeoutMs));
        writer.Write(settings.ReplicationTimeoutMs);
        writer.Write(nameof(settings.Versioning));
        writer.Write(settings.Versioning.ToString());
        writer.Write(nameof(settings.Delivery));
        writer.Write(settings.Delivery.ToString());
        writer.Write(nameof(settings.HintWindowMs));
        writer.Write(settings.HintWindowMs);
        writer.Write(nameof(settings.HintLimit));
        writer.Write(settings.HintLimit);
        writer.Write(nameof(settings.RejoinSync));
        writer.Write(settings.RejoinSync.ToString());
        writer.Write(nameof(settings.AntiEntropyMs));
        writer.Write(settings.AntiEntropyMs);
        writer.Write(nameof(settings.OnShortfall));
        writer.Write(settings.OnShortfall.ToString());
    }

    private static void Write(ref MessagePackWriter writer, LinkFaults? link)
    {
        if (link is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(4);
        writer.Write(link.Mode.ToString());
        Write(ref writer, link.Request);
        Write(ref writer, link.Answer);
        if (link.Seed is { } seed) writer.Write(seed);
        else writer.WriteNil();
    }

    private static void Write(ref MessagePackWriter writer, DirectionFaults direction)
    {
        writer.WriteArrayHeader(7);
        writer.Write(direction.ExtraDelayMs);
        writer.Write(direction.JitterMs);
        writer.Write(direction.JitterCorrelation);
        writer.Write(direction.LossPercent);
        writer.Write(direction.DropNext);
        writer.Write(direction.DuplicatePercent);
        writer.Write(direction.ReorderPercent);
    }

    private static void Write(ref MessagePackWriter writer, NodeFaults? faults)
    {
        if (faults is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(3);
        writer.Write(faults.SlowMs);
        writer.Write(faults.ClockSkewMs);
        writer.Write(faults.Frozen);
    }

    private static ImmutableArray<byte[]> NamesOf<T>() where T : struct, Enum => [.. Enum.GetNames<T>().Select(Encoding.UTF8.GetBytes)];
}
