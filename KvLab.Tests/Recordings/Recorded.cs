using System.Buffers;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Recordings;
using KvLab.Tests.Dashboard;
using KvLab.Tests.Goldens;

namespace KvLab.Tests.Recordings;

/// <summary>Streams, and files that were made of them.</summary>
internal static class Recorded
{
    public static readonly RecordingHeader Header = new("20261127-130000-abcd", new DateTimeOffset(2026, 11, 27, 13, 0, 0, TimeSpan.Zero), "0.1.0", "first lesson", "");

    /// <summary>The one stream of a run with faults, failovers and restarts.</summary>
    public static List<Observed> Stream(string run)
    {
        var stream = new List<Observed>();
        foreach (var _ in Observer.Watch(PlayedRun.Of(run), 50, stream.Add))
        {
        }

        return stream;
    }

    /// <summary>A little of everything, in several chunks.</summary>
    public static byte[] Small(Action<RecordingWriter>? end = null)
    {
        using var file = new MemoryStream();
        using var writer = new RecordingWriter(file, Header);
        var at = new ObserverTime(1, Header.BegunAt);
        for (var i = 1; i <= 12; i++)
        {
            at = new ObserverTime(at.Ms + 700, at.Utc.AddMilliseconds(700));
            writer.Append(new Observed(at, PictureTaken.Instance), i);
            writer.Append(new Observed(at, Batch(10 * i - 9, 10)), i);
            if (i == 6) writer.AppendKeyframe("the state"u8, i);
        }

        if (end is null) writer.Close(12);
        else end(writer);
        return file.ToArray();
    }

    /// <summary>Events as a follower packs them.</summary>
    public static EventsReceived Batch(long first, int count)
    {
        var batch = Story.Batch([.. Enumerable.Range(0, count).Select(i => new NodeEvent
        {
            Node = "follower-1",
            Incarnation = "a",
            Sequence = first + i,
            Lamport = 3 * (first + i),
            MonotonicNs = 1_000_000 * (first + i),
            At = Header.BegunAt.AddMilliseconds(first + i),
            Kind = EventKind.EntryApplied,
            Key = $"k{(first + i) % 4}",
            Value = $"\"v{first + i}\"",
            Epoch = 1,
            Version = first + i,
            Peer = "leader",
            Attempt = 1,
            Outcome = DeliveryOutcome.Applied,
        })]);
        var packed = new ArrayBufferWriter<byte>();
        EventCodec.Write(packed, batch);
        return new EventsReceived(batch) { Packed = packed.WrittenMemory };
    }

    public static byte[] Bytes(Observed observed)
    {
        var output = new ArrayBufferWriter<byte>();
        ObservedCodec.Write(output, observed);
        return output.WrittenSpan.ToArray();
    }

    public static RecordingReader Open(byte[] file, bool trustIndex = true) => RecordingReader.Open(new MemoryStream(file), trustIndex);

    public static RecordingCheck Check(byte[] file) => RecordingCheck.Of(new MemoryStream(file));
}
