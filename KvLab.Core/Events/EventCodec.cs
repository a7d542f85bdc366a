using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using KvLab.Core.Wire;

namespace KvLab.Core.Events;

/// <summary>
/// The compact form in which nodes report batches of events. Batches of a busy node are alike from event to event, so numbers are written as
/// differences to the event before, texts once per batch, and facts that a kind does not carry not at all: some 20 bytes instead of 150.
/// </summary>
public static class EventCodec
{
    internal const byte Format = 2;

    // Kind, mask, and the six numbers that every event has.
    private const int LeastBytesOfEvent = 8;

    public static void Write(IBufferWriter<byte> output, EventBatch batch)
    {
        var writer = new WireWriter(output);
        writer.Byte(Format);
        writer.Text(batch.Node);
        writer.Text(batch.Incarnation);
        writer.Number(batch.Dropped);
        writer.Number(batch.Events.Length);
        var texts = new Dictionary<string, int>(StringComparer.Ordinal);
        var before = default(Numbers);
        foreach (var e in batch.Events)
        {
            WriteEvent(writer, e, before, texts);
            before = new Numbers(e);
        }
    }

    private static void WriteEvent(WireWriter writer, NodeEvent e, in Numbers before, Dictionary<string, int> texts)
    {
        var facts = FactsOf(e);
        writer.Byte((byte)e.Kind);
        writer.Number((long)facts);
        writer.Signed(e.Sequence - before.Sequence);
        writer.Signed(e.Lamport - before.Lamport);
        writer.Signed(e.MonotonicNs - before.MonotonicNs);
        writer.Signed(e.At.UtcTicks - before.AtTicks);
        writer.Signed(e.Epoch - before.Epoch);
        writer.Signed(e.Version - before.Version);
        if (facts.HasFlag(PackedFacts.Key)) WriteText(writer, e.Key!, texts);
        if (facts.HasFlag(PackedFacts.Value)) writer.Text(e.Value!);
        if (facts.HasFlag(PackedFacts.Peer)) WriteText(writer, e.Peer!, texts);
        if (facts.HasFlag(PackedFacts.Held))
        {
            writer.Signed(e.HeldEpoch - e.Epoch);
            writer.Signed(e.HeldVersion - e.Version);
        }

        if (facts.HasFlag(PackedFacts.Outcome)) writer.Byte((byte)e.Outcome!.Value);
        if (facts.HasFlag(PackedFacts.Elapsed)) writer.Double(e.ElapsedMs!.Value);
        if (facts.HasFlag(PackedFacts.Delay)) writer.Double(e.DelayMs!.Value);
        if (facts.HasFlag(PackedFacts.Attempt)) writer.Signed(AttemptOnWire(e.Attempt));
        if (facts.HasFlag(PackedFacts.Acks)) writer.Signed(e.Acks!.Value);
        if (facts.HasFlag(PackedFacts.Required)) writer.Signed(e.Required!.Value);
        if (facts.HasFlag(PackedFacts.Reason)) WriteText(writer, e.Reason!, texts);
        if (facts.HasFlag(PackedFacts.Detail)) WriteText(writer, e.Detail!, texts);
        if (facts.HasFlag(PackedFacts.Peers))
        {
            writer.Number(e.Peers!.Length);
            foreach (var peer in e.Peers) WriteText(writer, peer, texts);
        }

        if (facts.HasFlag(PackedFacts.Delays))
        {
            writer.Number(e.DelaysMs!.Length);
            foreach (var delay in e.DelaysMs) writer.Double(delay);
        }

        if (facts.HasFlag(PackedFacts.Seldom)) writer.Bytes(JsonSerializer.SerializeToUtf8Bytes(e.Seldom!, EventJson.Default.SeldomFacts));
    }

    /// <summary>0 and the text the first time, its number among the texts of the batch from then on.</summary>
    private static void WriteText(WireWriter writer, string text, Dictionary<string, int> texts)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(texts, text, out var known);
        if (!known) number = texts.Count;
        writer.Number(known ? number : 0);
        if (!known) writer.Text(text);
    }

    /// <exception cref="FormatException">It is not what <see cref="Write"/> makes.</exception>
    public static EventBatch Read(ReadOnlySpan<byte> packed)
    {
        var reader = new WireReader(packed);
        reader.Byte(Format);
        var (node, incarnation, dropped) = (reader.Text(), reader.Text(), reader.Number());
        var events = new NodeEvent[reader.Count(LeastBytesOfEvent)];
        var texts = new List<string>();
        var before = default(Numbers);
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = ReadEvent(ref reader, node, incarnation, before, texts);
            before = new Numbers(events[i]);
        }

        reader.End();
        return new EventBatch { Node = node, Incarnation = incarnation, Dropped = dropped, Events = events };
    }

    /// <summary>What can be said of a batch without unpacking it. <c>FirstSequence</c>: of its first event; 0 where it has none.</summary>
    /// <exception cref="FormatException">It is not the beginning of what <see cref="Write"/> makes.</exception>
    public static (string Node, string Incarnation, long Dropped, int Count, long FirstSequence) ReadHead(ReadOnlySpan<byte> packed)
    {
        var reader = new WireReader(packed);
        reader.Byte(Format);
        var (node, incarnation, dropped, count) = (reader.Text(), reader.Text(), reader.Number(), reader.Count(LeastBytesOfEvent));
        if (count == 0) return (node, incarnation, dropped, 0, 0);
        reader.Byte((byte)EventKind.DashboardNotice);
        reader.Number();
        return (node, incarnation, dropped, count, reader.Signed());
    }

    private static NodeEvent ReadEvent(ref WireReader reader, string node, string incarnation, in Numbers before, List<string> texts)
    {
        var kind = (EventKind)reader.Byte((byte)EventKind.DashboardNotice);
        var mask = reader.Number();
        if (mask > (long)PackedFacts.All) throw new FormatException("The batch holds facts that are not known.");
        var facts = (PackedFacts)mask;
        var (sequence, lamport, monotonic) = (before.Sequence + reader.Signed(), before.Lamport + reader.Signed(), before.MonotonicNs + reader.Signed());
        var at = before.AtTicks + reader.Signed();
        if (at < DateTime.MinValue.Ticks || at > DateTime.MaxValue.Ticks) throw new FormatException("The batch holds a time outside the calendar.");
        var (epoch, version) = (before.Epoch + reader.Signed(), before.Version + reader.Signed());
        return new NodeEvent
        {
            Node = node,
            Incarnation = incarnation,
            Kind = kind,
            Sequence = sequence,
            Lamport = lamport,
            MonotonicNs = monotonic,
            At = new DateTimeOffset(at, TimeSpan.Zero),
            Epoch = epoch,
            Version = version,
            Key = facts.HasFlag(PackedFacts.Key) ? ReadText(ref reader, texts) : null,
            Value = facts.HasFlag(PackedFacts.Value) ? reader.Text() : null,
            Peer = facts.HasFlag(PackedFacts.Peer) ? ReadText(ref reader, texts) : null,
            HeldEpoch = facts.HasFlag(PackedFacts.Held) ? epoch + reader.Signed() : 0,
            HeldVersion = facts.HasFlag(PackedFacts.Held) ? version + reader.Signed() : 0,
            Outcome = facts.HasFlag(PackedFacts.Outcome) ? (DeliveryOutcome)reader.Byte((byte)DeliveryOutcome.Replaced) : null,
            ElapsedMs = facts.HasFlag(PackedFacts.Elapsed) ? reader.Double() : null,
            DelayMs = facts.HasFlag(PackedFacts.Delay) ? reader.Double() : null,
            Attempt = ReadAttempt(ref reader, kind, facts),
            Late = facts.HasFlag(PackedFacts.Late),
            Acks = facts.HasFlag(PackedFacts.Acks) ? (int)reader.Signed() : null,
            Required = facts.HasFlag(PackedFacts.Required) ? (int)reader.Signed() : null,
            Reason = facts.HasFlag(PackedFacts.Reason) ? ReadText(ref reader, texts) : null,
            Detail = facts.HasFlag(PackedFacts.Detail) ? ReadText(ref reader, texts) : null,
            Peers = facts.HasFlag(PackedFacts.Peers) ? ReadTexts(ref reader, texts) : null,
            DelaysMs = facts.HasFlag(PackedFacts.Delays) ? ReadDoubles(ref reader) : null,
            Naive = facts.HasFlag(PackedFacts.Naive),
            LeaderCounted = facts.HasFlag(PackedFacts.LeaderCounted),
            Seldom = facts.HasFlag(PackedFacts.Seldom) ? ReadSeldom(reader.Bytes()) : null,
        };
    }

    /// <summary>Nearly all that arrives at a follower is a first attempt: that is what is not written, and anything else is.</summary>
    private static int? UsualAttempt(EventKind kind) =>
        kind is EventKind.EntryApplied or EventKind.EntryRefused or EventKind.EntryDuplicate or EventKind.MessageFenced ? 1 : null;

    private static int? ReadAttempt(ref WireReader reader, EventKind kind, PackedFacts facts)
    {
        if (!facts.HasFlag(PackedFacts.Attempt)) return UsualAttempt(kind);
        var attempt = reader.Signed();
        return attempt == 0 ? null : (int)(attempt > 0 ? attempt - 1 : attempt);
    }

    /// <summary>0 for none.</summary>
    private static long AttemptOnWire(int? attempt) => attempt is not { } number ? 0 : number < 0 ? number : number + 1L;

    private static string ReadText(ref WireReader reader, List<string> texts)
    {
        var number = reader.Number();
        if (number > texts.Count) throw new FormatException("The batch refers to a text that it did not hold.");
        if (number > 0) return texts[(int)number - 1];
        var text = reader.Text();
        texts.Add(text);
        return text;
    }

    private static string[] ReadTexts(ref WireReader reader, List<string> texts)
    {
        var read = new string[reader.Count(leastBytes: 1)];
        for (var i = 0; i < read.Length; i++) read[i] = ReadText(ref reader, texts);
        return read;
    }

    private static double[] ReadDoubles(ref WireReader reader)
    {
        var read = new double[reader.Count(sizeof(double))];
        for (var i = 0; i < read.Length; i++) read[i] = reader.Double();
        return read;
    }

    private static SeldomFacts ReadSeldom(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, EventJson.Default.SeldomFacts) ?? throw new FormatException("The batch holds null where facts belong.");
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"The batch holds facts that cannot be read: {wrong.Message}", wrong);
        }
    }

    private static PackedFacts FactsOf(NodeEvent e)
    {
        var facts = PackedFacts.None;
        if (e.Key is not null) facts |= PackedFacts.Key;
        if (e.Value is not null) facts |= PackedFacts.Value;
        if (e.Peer is not null) facts |= PackedFacts.Peer;
        if ((e.HeldEpoch | e.HeldVersion) != 0) facts |= PackedFacts.Held;
        if (e.Outcome is not null) facts |= PackedFacts.Outcome;
        if (e.ElapsedMs is not null) facts |= PackedFacts.Elapsed;
        if (e.DelayMs is not null) facts |= PackedFacts.Delay;
        if (e.Attempt != UsualAttempt(e.Kind)) facts |= PackedFacts.Attempt;
        if (e.Late) facts |= PackedFacts.Late;
        if (e.Acks is not null) facts |= PackedFacts.Acks;
        if (e.Required is not null) facts |= PackedFacts.Required;
        if (e.Reason is not null) facts |= PackedFacts.Reason;
        if (e.Detail is not null) facts |= PackedFacts.Detail;
        if (e.Peers is not null) facts |= PackedFacts.Peers;
        if (e.DelaysMs is not null) facts |= PackedFacts.Delays;
        if (e.Naive) facts |= PackedFacts.Naive;
        if (e.LeaderCounted) facts |= PackedFacts.LeaderCounted;
        if (e.Seldom is not null) facts |= PackedFacts.Seldom;
        return facts;
    }

    /// <summary>What the next event is written as a difference to.</summary>
    private readonly record struct Numbers(long Sequence, long Lamport, long MonotonicNs, long AtTicks, long Epoch, long Version)
    {
        public Numbers(NodeEvent e) : this(e.Sequence, e.Lamport, e.MonotonicNs, e.At.UtcTicks, e.Epoch, e.Version)
        {
        }
    }
}
