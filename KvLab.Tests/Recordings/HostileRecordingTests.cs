using System.Buffers;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Recordings;
using KvLab.Core.Wire;
using Xunit;
using ZstdSharp;

namespace KvLab.Tests.Recordings;

/// <summary>Files that somebody made to do harm, with checksums that are right: refused in words, without the memory that they ask for.</summary>
[Trait("Category", "Unit")]
public sealed class HostileRecordingTests
{
    private const int Columns = 27;

    private static readonly ChunkInfo Info = new(0, 1, 0, 0, new ObserverTime(1, Recorded.Header.BegunAt), new ObserverTime(1, Recorded.Header.BegunAt), 1000);

    /// <summary>A block as it should be, whatever its body says.</summary>
    private static byte[] Block(BlockKind kind, Action<IBufferWriter<byte>> body)
    {
        var output = new ArrayBufferWriter<byte>();
        RecordingBlock.Begin(output);
        body(output);
        return RecordingBlock.End(output, kind).ToArray();
    }

    private static byte[] File(params byte[][] blocks) => [.. RecordingBlock.Magic, .. Block(BlockKind.Header, b => RecordingBodies.Write(b, Recorded.Header)), .. blocks.SelectMany(b => b)];

    /// <param name="columns">Announced length, and the bytes.</param>
    private static byte[] Chunk(ChunkInfo info, params (RecordingColumn Column, long Raw, byte[] Packed)[] columns) => Block(BlockKind.Chunk, b =>
    {
        RecordingBodies.Write(b, info);
        var writer = new WireWriter(b);
        writer.Number(Columns);
        for (var i = 0; i < Columns; i++)
        {
            var (_, raw, packed) = columns.FirstOrDefault(c => (int)c.Column == i);
            writer.Number(raw);
            writer.Number(packed?.Length ?? 0);
        }

        foreach (var (_, _, packed) in columns.OrderBy(c => c.Column)) b.Write(packed);
    });

    private static void Refused(string because, byte[] file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var check = Recorded.Check(file);
        Assert.Contains(because, check.Damage?.Message, StringComparison.Ordinal);
        Assert.InRange(check.Damage!.Offset, 0, file.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L * 1024 * 1024);
    }

    [Fact]
    public void A_compression_bomb_is_not_unpacked()
    {
        using var zstd = new Compressor(1);
        var bomb = zstd.Wrap(new byte[200_000_000]).ToArray();
        Refused("more than a chunk can hold", File(Chunk(Info, (RecordingColumn.Element, 200_000_000, bomb))));
        // It says that it is small, and is not.
        Refused("cannot be unpacked", File(Chunk(Info, (RecordingColumn.Element, 20_000, bomb))));
    }

    [Fact]
    public void Short_references_to_a_long_text_are_counted()
    {
        // One message in JSON of a megabyte, where a kilobyte is announced.
        var message = new ColumnWriter();
        message.Number(1_000_000);
        message.Raw(new byte[1_000_000]);
        Refused("more than the 1000 bytes that are announced", File(Chunk(Info, (RecordingColumn.Element, 1, [0]), (RecordingColumn.Ms, 1, [0]), (RecordingColumn.Utc, 1, [0]),
            (RecordingColumn.Message, message.Length, message.Written.ToArray()))));
        // A batch of many events, each of which refers to a text of half a megabyte.
        var batch = new ColumnWriter();
        foreach (var _ in "ab") batch.Number(0);
        batch.Clear();
        batch.Number(0);
        batch.Number(0);
        batch.Number(0);
        batch.Signed(0);
        batch.Number(100);
        var value = new ColumnWriter();
        value.Number(500_001);
        value.Raw(new byte[500_000]);
        for (var i = 0; i < 99; i++) value.Number(0);
        byte[] hundred = new byte[100];
        var kinds = new byte[100];
        kinds.AsSpan().Fill(30);
        kinds[0] |= 0x80;
        var ones = new byte[100];
        ones.AsSpan().Fill(1);
        Refused("a batch of more than", File(Chunk(Info with { Events = 100, Unpacked = 30_000_000 },
            (RecordingColumn.Element, 1, [3]), (RecordingColumn.Ms, 1, [0]), (RecordingColumn.Utc, 1, [0]), (RecordingColumn.Batch, batch.Length, batch.Written.ToArray()),
            (RecordingColumn.Kind, 100, kinds), (RecordingColumn.Facts, 1, [2]), (RecordingColumn.Sequence, 100, hundred), (RecordingColumn.Lamport, 100, hundred),
            (RecordingColumn.Monotonic, 100, hundred), (RecordingColumn.At, 100, hundred), (RecordingColumn.Epoch, 100, hundred), (RecordingColumn.Version, 100, hundred),
            (RecordingColumn.Value, value.Length, value.Written.ToArray()))));
    }

    [Fact]
    public void Lengths_that_no_file_has_are_refused_before_memory_is_taken()
    {
        var file = File(Chunk(Info, (RecordingColumn.Element, 1, [1])));
        var chunk = File().Length;
        BitConverter.TryWriteBytes(file.AsSpan(chunk + 1), uint.MaxValue);
        Refused("at most", file);
        BitConverter.TryWriteBytes(file.AsSpan(chunk + 1), 1_000_000u);
        Refused("The file ends within the block", file);
        Refused("announces more than a chunk can hold", File(Chunk(Info with { Elements = int.MaxValue })));
        Refused("too short", File(Chunk(Info with { Elements = 1_000_000 }, (RecordingColumn.Element, 1, [1]), (RecordingColumn.Ms, 1, [0]), (RecordingColumn.Utc, 1, [0]))));
    }

    [Fact]
    public void An_index_that_lies_is_not_believed()
    {
        var good = Recorded.Small(writer => writer.EndChunk(12));
        var recording = Recorded.Open(good).Recording;
        // It lists a chunk less, and one of another length.
        Refused("does not list what is in the file", [.. good, .. RecordingEnd.Of(recording with { Chunks = recording.Chunks.RemoveAt(recording.Chunks.Count - 1) })]);
        var lie = recording with { Chunks = recording.Chunks.SetItem(1, recording.Chunks[1] with { Length = recording.Chunks[1].Length - 1 }) };
        byte[] lying = [.. good, .. RecordingEnd.Of(lie)];
        Refused("does not list what is in the file", lying);
        using var reader = Recorded.Open(lying);
        Assert.Contains("the index describes it wrongly", Assert.Throws<RecordingException>(() => reader.ReadChunk(1).ToList()).Message, StringComparison.Ordinal);
        // It lists what lies outside: then it is none, and all blocks are looked at.
        byte[] outside = [.. good, .. RecordingEnd.Of(recording with { Chunks = recording.Chunks.SetItem(1, recording.Chunks[1] with { Offset = 1L << 40 }) })];
        Refused("outside of the file", outside);
        Assert.Equal(120, Recorded.Open(outside).Recording.Events);
    }

    [Fact]
    public void What_is_no_recording_or_one_of_another_version_is_named()
    {
        Assert.Contains("does not begin like one", Assert.Throws<RecordingException>(() => Recorded.Open("PK\u0003\u0004 and so on"u8.ToArray())).Message, StringComparison.Ordinal);
        Assert.Throws<RecordingException>(() => Recorded.Open([]));
        byte[] newer = [.. RecordingBlock.Magic, .. Block(BlockKind.Header, b => new WireWriter(b).Number(2))];
        Assert.Contains("it has version 2 of the format, and this program reads version 1", Assert.Throws<RecordingException>(() => Recorded.Open(newer)).Message, StringComparison.Ordinal);
        var evil = Recorded.Header with { Id = "../../etc/passwd" };
        Assert.Throws<RecordingException>(() => Recorded.Open([.. RecordingBlock.Magic, .. Block(BlockKind.Header, b => RecordingBodies.Write(b, evil))]));
    }

    [Fact]
    public void What_follows_behind_the_end_is_said()
    {
        byte[] longer = [.. Recorded.Small(), 0];
        Assert.Contains("1 bytes follow behind the end", Recorded.Check(longer).Damage!.Message, StringComparison.Ordinal);
    }

    /// <summary>Whoever makes the checksums right can write anything: it is read or refused, and nothing else.</summary>
    [Fact]
    public void Chunks_that_were_altered_under_a_right_checksum_are_read_or_refused()
    {
        var good = Recorded.Small(writer => writer.EndChunk(12));
        var places = Recorded.Open(good).Recording.Chunks;
        var random = new Random(7);
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var place = places[random.Next(places.Count)];
            var body = good.AsSpan((int)place.Offset + RecordingBlock.Before, place.Length).ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--) body[random.Next(body.Length)] = (byte)random.Next(256);
            byte[] bad = [.. good[..(int)place.Offset], .. Block(BlockKind.Chunk, b => b.Write(body)), .. good[(int)(place.Offset + place.Length + RecordingBlock.Around)..]];
            if (Recorded.Check(bad).Damage is not null) refused++;
        }

        Assert.True(refused > 500, $"{refused} of 2000 were refused.");
    }
}
