using KvLab.Core.Observation.Messages;
using KvLab.Core.Recordings;
using KvLab.Core.Replays;
using KvLab.Tests.Recordings;
using Xunit;

namespace KvLab.Tests.Replay;

/// <summary>A file answers as a stream in memory does, in whatever order it is asked, and says what it cannot read each time.</summary>
[Trait("Category", "Unit")]
public sealed class RecordedFileTests
{
    private static (byte[] Bytes, Recording Recording) Write(MemoryTape tape, int elementsOfChunk)
    {
        using var output = new MemoryStream();
        using var writer = new RecordingWriter(output, Recorded.Header);
        foreach (var (observed, i) in tape.All.Select((o, i) => (o, i)))
        {
            if (i % elementsOfChunk == 0) writer.EndChunk(0);
            writer.Append(observed, 0);
        }

        writer.Close(0);
        return (output.ToArray(), writer.Recording);
    }

    private static RecordedFile Open(byte[] bytes, Recording recording) => new(() => new MemoryStream(bytes, writable: false), () => recording);

    [Fact]
    public void Places_are_found_as_in_memory_across_chunks()
    {
        var tape = MemoryTape.Of("story-failover-wn");
        var (bytes, recording) = Write(tape, elementsOfChunk: 9);
        Assert.True(recording.Chunks.Count > 20);
        using var file = Open(bytes, recording);
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var (element, events) = (random.Next(tape.All.Count + 2), random.Next(200));
            Assert.Equal(tape.Back(Math.Min(element, tape.Elements), events), file.Back(element, events));
            var ms = tape.First!.Value.Ms - 5 + random.NextInt64(tape.Last!.Value.Ms - tape.First.Value.Ms + 10);
            Assert.Equal(tape.After(ms), file.After(ms));
            Assert.Equal(tape.From(element).Take(3).Select(o => (o.At, o.Source)), file.From(element).Take(3).Select(o => (o.At, o.Source)));
        }
    }

    [Fact]
    public void What_is_damaged_is_said_whenever_somebody_comes_there_and_is_never_taken_for_the_end()
    {
        var tape = MemoryTape.Of("story-failover-wn");
        var (bytes, recording) = Write(tape, elementsOfChunk: 9);
        var chunk = recording.Chunks[4];
        bytes[chunk.Offset + chunk.Length / 2] ^= 0x40;
        using var file = Open(bytes, recording);
        for (var time = 0; time < 3; time++)
        {
            Assert.Equal(chunk.Info.Number, file.From(0).Take((int)chunk.Info.Number).Count());
            Assert.Throws<RecordingException>(() => file.From(chunk.Info.Number).Count());
        }

        Assert.Equal(tape.Elements - chunk.Info.End, file.From(chunk.Info.End).Count());
    }

    [Fact]
    public void A_chunk_that_fails_in_its_middle_gives_what_comes_before_and_fails_there_each_time()
    {
        var open = new OpenChunk(0, Elements());
        for (var time = 0; time < 2; time++)
        {
            Assert.NotNull(open.Element(1));
            Assert.Throws<FormatException>(() => open.Element(2));
        }

        static IEnumerable<PackedElement> Elements()
        {
            for (var i = 0; i < 2; i++) yield return new PackedElement(new ObserverTime(i, DateTimeOffset.UnixEpoch), ElementKind.Picture, PictureTaken.Instance);
            throw new FormatException("Damaged there.");
        }
    }
}
