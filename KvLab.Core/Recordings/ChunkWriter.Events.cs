using System.Buffers.Binary;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Wire;

namespace KvLab.Core.Recordings;

/// <summary>Batches of events. What is read here is what <see cref="EventCodec"/> writes.</summary>
internal sealed partial class ChunkWriter
{
    private const double TicksPerMsExactly = TimeSpan.TicksPerMillisecond;
    private const double LargestElapsedMs = 1e11;

    private static readonly SourceMemory Zero = new([], []);

    /// <summary>The chunk's numbers of the texts of the batch that is being taken apart.</summary>
    private readonly List<int> _batchTexts = [];

    private void AddEvents(ObserverTime at, ElementKind kind, ReadOnlySpan<byte> packed)
    {
        if (packed.Length > RecordingLimits.Batch) throw new RecordingException($"A batch of {packed.Length} bytes cannot be recorded: at most {RecordingLimits.Batch} are possible.", 0);
        Begin(at, kind, packed.Length);
        _batchTexts.Clear();
        var reader = new WireReader(packed);
        reader.Byte(EventCodec.Format);
        var source = WriteSource(reader.Bytes(), reader.Bytes());
        var dropped = reader.Number();
        this[RecordingColumn.Batch].Signed(dropped - source.Dropped);
        source.Dropped = dropped;
        var count = (int)reader.Number();
        this[RecordingColumn.Batch].Number(count);
        // A batch counts from zero, a chunk from the source's last event.
        var before = Zero;
        long atTicks = 0;
        for (var i = 0; i < count; i++)
        {
            WriteEvent(ref reader, source, before, ref atTicks);
            before = source;
        }

        Events += count;
    }

    private SourceMemory WriteSource(ReadOnlySpan<byte> node, ReadOnlySpan<byte> incarnation)
    {
        var column = this[RecordingColumn.Batch];
        var sources = _memory.Sources;
        for (var i = 0; i < sources.Count; i++)
        {
            if (!sources[i].Node.AsSpan().SequenceEqual(node) || !sources[i].Incarnation.AsSpan().SequenceEqual(incarnation)) continue;
            column.Number(i + 1);
            return sources[i];
        }

        column.Number(0);
        WriteBytes(column, node);
        WriteBytes(column, incarnation);
        sources.Add(new SourceMemory(node.ToArray(), incarnation.ToArray()));
        return sources[^1];
    }

    private void WriteEvent(ref WireReader reader, SourceMemory source, SourceMemory before, ref long atTicks)
    {
        var kind = reader.Byte();
        var mask = reader.Number();
        var known = _memory.Facts[kind] == mask;
        this[RecordingColumn.Kind].Byte(known ? kind : (byte)(kind | 0x80));
        if (!known) this[RecordingColumn.Facts].Number((ulong)(_memory.Facts[kind] = mask));
        unchecked
        {
            var (sequence, lamport, ns) = (before.Sequence + reader.Signed(), before.Lamport + reader.Signed(), before.MonotonicNs + reader.Signed());
            atTicks += reader.Signed();
            var (epoch, version) = (before.Epoch + reader.Signed(), before.Version + reader.Signed());
            this[RecordingColumn.Sequence].Signed(sequence - source.Sequence - 1);
            this[RecordingColumn.Lamport].Signed(lamport - source.Lamport);
            WriteNs(ns - source.MonotonicNs);
            var offset = atTicks - ns / NanosecondsPerTick;
            this[RecordingColumn.At].Signed(offset - source.Offset);
            this[RecordingColumn.Epoch].Signed(epoch - source.Epoch);
            this[RecordingColumn.Version].Signed(version - source.Version);
            (source.Sequence, source.Lamport, source.MonotonicNs, source.Offset, source.Epoch, source.Version) = (sequence, lamport, ns, offset, epoch, version);
        }

        WriteFacts(ref reader, (PackedFacts)mask, source);
    }

    private const long NanosecondsPerTick = TimeSpan.NanosecondsPerTick;

    /// <summary>Most clocks count in units of 100 ns.</summary>
    private void WriteNs(long ns)
    {
        var column = this[RecordingColumn.Monotonic];
        var ticks = ns / NanosecondsPerTick;
        if (ticks * NanosecondsPerTick == ns)
        {
            column.Number(ColumnWriter.ZigZag(ticks) << 1);
            return;
        }

        column.Number(1);
        column.Signed(ns);
    }

    private void WriteFacts(ref WireReader reader, PackedFacts facts, SourceMemory source)
    {
        ref var write = ref _memory.Write(source.Epoch, source.Version);
        if (facts.HasFlag(PackedFacts.Key)) WriteKey(ref reader, ref write);
        if (facts.HasFlag(PackedFacts.Value)) WriteValue(reader.Bytes(), ref write);
        var peer = facts.HasFlag(PackedFacts.Peer) ? WriteText(RecordingColumn.Peer, ref reader) : 0;
        if (facts.HasFlag(PackedFacts.Held))
        {
            this[RecordingColumn.Held].Signed(reader.Signed());
            this[RecordingColumn.Held].Signed(reader.Signed());
        }

        if (facts.HasFlag(PackedFacts.Outcome)) this[RecordingColumn.Outcome].Byte(reader.Byte());
        if (facts.HasFlag(PackedFacts.Elapsed)) WriteElapsed(reader.Double(), source.MonotonicNs / NanosecondsPerTick, ref write);
        if (facts.HasFlag(PackedFacts.Delay)) WriteDelay(reader.Double(), peer, write);
        if (facts.HasFlag(PackedFacts.Attempt)) this[RecordingColumn.Attempt].Signed(reader.Signed());
        if (facts.HasFlag(PackedFacts.Acks)) this[RecordingColumn.Counts].Signed(reader.Signed());
        if (facts.HasFlag(PackedFacts.Required)) this[RecordingColumn.Counts].Signed(reader.Signed());
        if (facts.HasFlag(PackedFacts.Reason)) WriteText(RecordingColumn.Words, ref reader);
        if (facts.HasFlag(PackedFacts.Detail)) WriteText(RecordingColumn.Words, ref reader);
        if (facts.HasFlag(PackedFacts.Peers)) WritePeers(ref reader, ref write);
        if (facts.HasFlag(PackedFacts.Delays)) WriteDelays(ref reader, ref write);
        if (facts.HasFlag(PackedFacts.Seldom)) WriteBytes(this[RecordingColumn.Seldom], reader.Bytes());
    }

    private void WriteKey(ref WireReader reader, ref WriteMemory write)
    {
        var column = this[RecordingColumn.Key];
        var reference = (int)reader.Number();
        if (reference == 0) _batchTexts.Add(WriteKey(column, reader.Bytes(), ref write));
        else if (_batchTexts[reference - 1] is var number && number == write.Key) column.Number(0);
        else WriteKnownKey(column, number, ref write, number);
    }

    private int WriteText(RecordingColumn column, ref WireReader reader)
    {
        var reference = (int)reader.Number();
        if (reference == 0)
        {
            var number = WriteText(this[column], reader.Bytes());
            _batchTexts.Add(number);
            return number;
        }

        this[column].Number(_batchTexts[reference - 1]);
        return _batchTexts[reference - 1];
    }

    /// <summary>Who stores a write tells its value, and it is the same everywhere.</summary>
    private void WriteValue(ReadOnlySpan<byte> value, ref WriteMemory write)
    {
        var column = this[RecordingColumn.Value];
        if (write.ValueLength == value.Length + 1 && column.Written.Slice(write.ValueAt, value.Length).SequenceEqual(value))
        {
            column.Number(0);
            return;
        }

        column.Number(value.Length + 1);
        (write.ValueAt, write.ValueLength) = (column.Length, value.Length + 1);
        column.Raw(value);
    }

    /// <summary>What passed since a write began is nearly always what its earlier events say too.</summary>
    private void WriteElapsed(double ms, long nowTicks, ref WriteMemory write)
    {
        var column = this[RecordingColumn.Elapsed];
        var ticks = Math.Abs(ms) < LargestElapsedMs ? (long)Math.Round(ms * TicksPerMsExactly) : 0;
        if (BitConverter.DoubleToInt64Bits(ticks / TicksPerMsExactly) != BitConverter.DoubleToInt64Bits(ms))
        {
            column.Number(1);
            column.Double(ms);
            return;
        }

        var began = unchecked(nowTicks - ticks);
        column.Number(ColumnWriter.ZigZag(began - write.Began) << 1);
        write.Began = began;
    }

    /// <summary>An attempt's delay is mostly the one that was told when its write was sent to all.</summary>
    private void WriteDelay(double ms, int peer, in WriteMemory write)
    {
        var column = this[RecordingColumn.Delay];
        var place = write.PeersCount > 0 && peer > 0 ? _memory.PeerLists.IndexOf(peer, write.PeersAt, write.PeersCount) - write.PeersAt : -1;
        if (place >= 0 && place < write.DelaysCount
            && BinaryPrimitives.ReadInt64LittleEndian(this[RecordingColumn.Delays].Written.Slice(write.DelaysAt + place * sizeof(double), sizeof(double))) == BitConverter.DoubleToInt64Bits(ms))
        {
            column.Byte(0);
            return;
        }

        column.Byte(1);
        column.Double(ms);
    }

    private void WritePeers(ref WireReader reader, ref WriteMemory write)
    {
        var count = (int)reader.Number();
        this[RecordingColumn.Peers].Number(count);
        (write.PeersAt, write.PeersCount) = (_memory.PeerLists.Count, count);
        for (var i = 0; i < count; i++) _memory.PeerLists.Add(WriteText(RecordingColumn.Peers, ref reader));
    }

    private void WriteDelays(ref WireReader reader, ref WriteMemory write)
    {
        var count = (int)reader.Number();
        var column = this[RecordingColumn.Delays];
        column.Number(count);
        (write.DelaysAt, write.DelaysCount) = (column.Length, count);
        for (var i = 0; i < count; i++) column.Double(reader.Double());
    }
}
