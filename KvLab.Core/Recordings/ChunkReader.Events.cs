using System.Buffers;
using KvLab.Core.Events;
using KvLab.Core.Wire;

namespace KvLab.Core.Recordings;

/// <summary>Batches of events, the mirror of <see cref="ChunkWriter"/>.</summary>
internal sealed partial class ChunkReader
{
    private const long NanosecondsPerTick = TimeSpan.NanosecondsPerTick;
    private const double TicksPerMsExactly = TimeSpan.TicksPerMillisecond;

    private readonly ArrayBufferWriter<byte> _batch = new();

    /// <summary>By number in the chunk, the number in the batch that is being put together, behind the batch in which it has that.</summary>
    private readonly List<(int Batch, int Number)> _inBatch = [];
    private int _batches;
    private int _batchTexts;

    private byte[] ReadEvents(out int count)
    {
        _batch.ResetWrittenCount();
        (_batches, _batchTexts) = (_batches + 1, 0);
        var source = ReadSource();
        source.Dropped = unchecked(source.Dropped + this[RecordingColumn.Batch].Signed());
        count = this[RecordingColumn.Batch].Number(RecordingLimits.Batch);
        var writer = new WireWriter(_batch);
        writer.Byte(EventCodec.Format);
        writer.Bytes(Room(source.Node));
        writer.Bytes(Room(source.Incarnation));
        writer.Number(source.Dropped);
        writer.Number(count);
        var before = new SourceMemory([], []) { Sequence = 0 };
        long ticksBefore = 0;
        for (var i = 0; i < count; i++) ReadEvent(writer, source, before, ref ticksBefore);
        Room(default);
        Count(_batch.WrittenCount);
        return _batch.WrittenSpan.ToArray();
    }

    /// <summary>Gives back what is to be written, if there is room for it.</summary>
    private ReadOnlySpan<byte> Room(ReadOnlySpan<byte> bytes) => _batch.WrittenCount + bytes.Length <= RecordingLimits.Batch ? bytes
        : throw new FormatException($"it holds a batch of more than {RecordingLimits.Batch} bytes");

    private SourceMemory ReadSource()
    {
        var column = this[RecordingColumn.Batch];
        var number = column.Number(_memory.Sources.Count);
        if (number > 0) return _memory.Sources[number - 1];
        var node = ReadBytes(column).ToArray();
        _memory.Sources.Add(new SourceMemory(node, ReadBytes(column).ToArray()));
        return _memory.Sources[^1];
    }

    private void ReadEvent(WireWriter writer, SourceMemory source, SourceMemory before, ref long ticksBefore)
    {
        var told = this[RecordingColumn.Kind].Byte();
        var kind = (byte)(told & 0x7F);
        if (told != kind) _memory.Facts[kind] = this[RecordingColumn.Facts].Number((int)PackedFacts.All);
        var facts = (PackedFacts)_memory.Facts[kind];
        writer.Byte(kind);
        writer.Number((long)facts);
        unchecked
        {
            source.Sequence += this[RecordingColumn.Sequence].Signed() + 1;
            source.Lamport += this[RecordingColumn.Lamport].Signed();
            source.MonotonicNs += ReadNs();
            source.Offset += this[RecordingColumn.At].Signed();
            source.Epoch += this[RecordingColumn.Epoch].Signed();
            source.Version += this[RecordingColumn.Version].Signed();
            var ticks = source.Offset + source.MonotonicNs / NanosecondsPerTick;
            writer.Signed(source.Sequence - before.Sequence);
            writer.Signed(source.Lamport - before.Lamport);
            writer.Signed(source.MonotonicNs - before.MonotonicNs);
            writer.Signed(ticks - ticksBefore);
            writer.Signed(source.Epoch - before.Epoch);
            writer.Signed(source.Version - before.Version);
            (before.Sequence, before.Lamport, before.MonotonicNs, before.Epoch, before.Version, ticksBefore) =
                (source.Sequence, source.Lamport, source.MonotonicNs, source.Epoch, source.Version, ticks);
        }

        Room(default);
        ReadFacts(writer, facts, source);
    }

    private long ReadNs()
    {
        var told = this[RecordingColumn.Monotonic].Varint();
        if (told == 1) return this[RecordingColumn.Monotonic].Signed();
        return unchecked(ColumnReader.Signed(told >> 1) * NanosecondsPerTick);
    }

    private void ReadFacts(WireWriter writer, PackedFacts facts, SourceMemory source)
    {
        ref var write = ref _memory.Write(source.Epoch, source.Version);
        if (facts.HasFlag(PackedFacts.Key)) WriteText(writer, ReadKey(this[RecordingColumn.Key], ref write));
        if (facts.HasFlag(PackedFacts.Value)) writer.Bytes(Room(ReadValue(ref write)));
        var peer = facts.HasFlag(PackedFacts.Peer) ? ReadText(this[RecordingColumn.Peer]) : 0;
        if (peer > 0) WriteText(writer, peer);
        if (facts.HasFlag(PackedFacts.Held))
        {
            writer.Signed(this[RecordingColumn.Held].Signed());
            writer.Signed(this[RecordingColumn.Held].Signed());
        }

        if (facts.HasFlag(PackedFacts.Outcome)) writer.Byte(this[RecordingColumn.Outcome].Byte());
        if (facts.HasFlag(PackedFacts.Elapsed)) writer.Double(ReadElapsed(source.MonotonicNs / NanosecondsPerTick, ref write));
        if (facts.HasFlag(PackedFacts.Delay)) writer.Double(ReadDelay(peer, write));
        if (facts.HasFlag(PackedFacts.Attempt)) writer.Signed(this[RecordingColumn.Attempt].Signed());
        if (facts.HasFlag(PackedFacts.Acks)) writer.Signed(this[RecordingColumn.Counts].Signed());
        if (facts.HasFlag(PackedFacts.Required)) writer.Signed(this[RecordingColumn.Counts].Signed());
        if (facts.HasFlag(PackedFacts.Reason)) WriteText(writer, ReadText(this[RecordingColumn.Words]));
        if (facts.HasFlag(PackedFacts.Detail)) WriteText(writer, ReadText(this[RecordingColumn.Words]));
        if (facts.HasFlag(PackedFacts.Peers)) ReadPeers(writer, ref write);
        if (facts.HasFlag(PackedFacts.Delays)) ReadDelays(writer, ref write);
        if (facts.HasFlag(PackedFacts.Seldom)) writer.Bytes(Room(ReadBytes(this[RecordingColumn.Seldom])));
    }

    /// <summary>0 and the text the first time, its number among the texts of the batch from then on.</summary>
    private void WriteText(WireWriter writer, int text)
    {
        while (_inBatch.Count <= text) _inBatch.Add(default);
        if (_inBatch[text] is var (batch, number) && batch == _batches)
        {
            writer.Number(number);
            return;
        }

        _inBatch[text] = (_batches, ++_batchTexts);
        writer.Number(0);
        writer.Bytes(Room(_texts[text]));
    }

    private ReadOnlySpan<byte> ReadValue(ref WriteMemory write)
    {
        var column = this[RecordingColumn.Value];
        var told = column.Number();
        if (told == 0)
        {
            if (write.ValueLength == 0) throw new FormatException("it refers to a value that it did not hold");
            return column.Earlier(write.ValueAt, write.ValueLength - 1);
        }

        (write.ValueAt, write.ValueLength) = (column.At, told);
        return column.Raw(told - 1);
    }

    private double ReadElapsed(long nowTicks, ref WriteMemory write)
    {
        var column = this[RecordingColumn.Elapsed];
        var told = column.Varint();
        if (told == 1) return column.Double();
        unchecked
        {
            write.Began += ColumnReader.Signed(told >> 1);
            return (nowTicks - write.Began) / TicksPerMsExactly;
        }
    }

    private double ReadDelay(int peer, in WriteMemory write)
    {
        if (this[RecordingColumn.Delay].Byte(1) == 1) return this[RecordingColumn.Delay].Double();
        var place = write.PeersCount > 0 && peer > 0 ? _memory.PeerLists.IndexOf(peer, write.PeersAt, write.PeersCount) - write.PeersAt : -1;
        if (place < 0 || place >= write.DelaysCount) throw new FormatException("it refers to a delay that it did not hold");
        return System.Buffers.Binary.BinaryPrimitives.ReadDoubleLittleEndian(this[RecordingColumn.Delays].Earlier(write.DelaysAt + place * sizeof(double), sizeof(double)));
    }

    private void ReadPeers(WireWriter writer, ref WriteMemory write)
    {
        var count = this[RecordingColumn.Peers].Number(RecordingLimits.Batch);
        writer.Number(count);
        (write.PeersAt, write.PeersCount) = (_memory.PeerLists.Count, count);
        for (var i = 0; i < count; i++)
        {
            var peer = ReadText(this[RecordingColumn.Peers]);
            _memory.PeerLists.Add(peer);
            WriteText(writer, peer);
        }
    }

    private void ReadDelays(WireWriter writer, ref WriteMemory write)
    {
        var column = this[RecordingColumn.Delays];
        var count = column.Number(RecordingLimits.Batch / sizeof(double));
        writer.Number(count);
        (write.DelaysAt, write.DelaysCount) = (column.At, count);
        for (var i = 0; i < count; i++) writer.Double(column.Double());
        Room(default);
    }
}
