using CsCheck;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Recordings;
using KvLab.Tests.Events;
using KvLab.Tests.Replay;
using Xunit;

namespace KvLab.Tests.Recordings;

/// <summary>What is read from a recording is what was written, whatever it was, and wherever the file was cut.</summary>
[Trait("Category", "Unit")]
public sealed class RecordingFileTests
{
    [Theory]
    [InlineData("story-failover-wn")]
    [InlineData("chaos-31")]
    public void A_run_with_faults_is_read_byte_for_byte_with_and_without_its_index(string run)
    {
        var stream = Recorded.Stream(run);
        var file = Write(stream);
        foreach (var trustIndex in new[] { true, false })
        {
            using var reader = Recorded.Open(file, trustIndex);
            Assert.Equal((null, true), (reader.Recording.Damage, reader.Recording.IsClosed));
            Assert.Equal(stream.Select(Recorded.Bytes), reader.Read().Select(e => Recorded.Bytes(e.Observed)));
            Assert.Equal(stream.Sum(o => o.What is EventsReceived e ? e.Batch.Events.Length : 0), reader.Recording.Events);
            Assert.Equal((stream[0].At, stream[^1].At), (reader.Recording.From!.Value, reader.Recording.To!.Value));
        }

        // Any element can be begun with.
        using var middle = Recorded.Open(file);
        var from = stream.Count / 2;
        Assert.Equal(Enumerable.Range(from, stream.Count - from).Select(i => (long)i), middle.Read(from).Select(e => e.Number));
        Assert.Equal(Recorded.Bytes(stream[from]), Recorded.Bytes(middle.Read(from).First().Observed));
    }

    [Fact]
    public void Every_kind_of_message_is_read_as_it_was()
    {
        var stream = ObservedCodecTests.OneOfEach.Select((m, i) => new Observed(new ObserverTime(5 + i, Recorded.Header.BegunAt.AddTicks(i)), m)).ToList();
        using var reader = Recorded.Open(Write(stream));
        Assert.Equal(stream.Select(Recorded.Bytes), reader.Read().Select(e => Recorded.Bytes(e.Observed)));
    }

    [Fact]
    public void Whatever_events_come_they_are_read_as_they_came() => EventCodecTests.Event.Array[0, 12].Array[1, 4].Sample(batches =>
    {
        var stream = batches.Select((events, i) => new Observed(
            new ObserverTime(i + 1, Recorded.Header.BegunAt), new EventsReceived(new EventBatch { Node = "leader", Incarnation = "one-run", Dropped = i, Events = events }))).ToList();
        using var reader = Recorded.Open(Write(stream));
        Assert.Equal(stream.Select(Recorded.Bytes), reader.Read().Select(e => Recorded.Bytes(e.Observed)));
    }, iter: 300);

    [Fact]
    public void Cut_at_any_byte_it_opens_to_the_last_whole_chunk()
    {
        var whole = Recorded.Small();
        using var reader = Recorded.Open(whole);
        var chunks = reader.Recording.Chunks;
        Assert.True(chunks.Count >= 4);
        var all = reader.Read().Select(e => Convert.ToHexString(Recorded.Bytes(e.Observed))).ToList();
        for (var length = 0; length < whole.Length; length++)
        {
            var cut = whole[..length];
            RecordingCheck check;
            try
            {
                check = Recorded.Check(cut);
            }
            catch (RecordingException)
            {
                Assert.True(length < chunks[0].Offset, $"Cut at {length}, where it has a header, it is no recording.");
                continue;
            }

            var expected = chunks.Where(c => c.Offset + c.Length + 13 <= length).ToList();
            Assert.Equal(expected.Sum(c => c.Info.Events), check.Events);
            using var opened = Recorded.Open(cut);
            Assert.Equal(all.Take((int)expected.Sum(c => c.Info.Elements)), opened.Read().Select(e => Convert.ToHexString(Recorded.Bytes(e.Observed))));
        }
    }

    [Fact]
    public void A_single_bit_that_was_flipped_is_found()
    {
        var whole = Recorded.Small();
        for (var bit = 0; bit < whole.Length * 8; bit += bit % 64 == 0 ? 1 : 7)
        {
            var bad = whole.ToArray();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.True(Recorded.Check(bad).Damage is { Offset: >= 0 }, $"Bit {bit} was flipped, and nobody saw it.");
            }
            catch (RecordingException)
            {
                // It is none any more.
            }
        }
    }

    [Fact]
    public void What_was_closed_says_why_how_it_is_called_and_how_many_messages_it_holds()
    {
        var file = Recorded.Small(writer =>
        {
            writer.Rename("second lesson");
            writer.Close(30, "The disk was too slow.", 17);
        });
        foreach (var trustIndex in new[] { true, false })
        {
            using var reader = Recorded.Open(file, trustIndex);
            var recording = reader.Recording;
            Assert.Equal(("second lesson", "The disk was too slow.", 17, 120, 29), (recording.Name, recording.Why, recording.Dropped, recording.Events, recording.Messages));
            Assert.Equal("the state"u8, reader.ReadKeyframe(0));
            Assert.Equal(Recorded.Header, recording.Header);
        }
    }

    [Fact]
    public void A_file_that_nobody_closed_can_be_closed_and_named_later()
    {
        var open = Recorded.Small(writer => writer.EndChunk(12));
        using var file = new MemoryStream();
        file.Write([.. open, 2, 1, 2, 3]);
        using var found = RecordingReader.Open(file);
        Assert.False(found.Recording.IsClosed);
        Assert.NotNull(found.Recording.Damage);
        var closed = RecordingEnd.Rewrite(file, found.Recording, name: "kept", why: "Killed.");
        using var again = Recorded.Open(file.ToArray(), trustIndex: false);
        Assert.Equal((null, true, "kept", "Killed.", 120), (again.Recording.Damage, again.Recording.IsClosed, again.Recording.Name, again.Recording.Why, again.Recording.Events));
        Assert.Equal(closed.Whole, again.Recording.Whole);
    }

    private static byte[] Write(IEnumerable<Observed> stream)
    {
        using var file = new MemoryStream();
        using var writer = new RecordingWriter(file, Recorded.Header);
        foreach (var observed in stream) writer.Append(observed, 0);
        writer.Close(0);
        return file.ToArray();
    }
}
