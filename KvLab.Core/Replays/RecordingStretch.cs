using System.Buffers;
using KvLab.Core.Recordings;

namespace KvLab.Core.Replays;

/// <summary>A stretch of a recording as a recording of its own: it begins with all that was known there, so that it opens like the whole.</summary>
public static class RecordingStretch
{
    /// <param name="output">Empty; stays open.</param>
    /// <param name="header">Of the recording that is written.</param>
    /// <param name="from">The number of its first element.</param>
    /// <param name="end">The number of the first element behind it.</param>
    /// <param name="keyframeEvents">A state is kept with every so many events.</param>
    /// <exception cref="RecordingException">What is read is damaged there.</exception>
    public static void Write(Stream output, IRecordedStream stream, RecordingHeader header, long from, long end, int keyframeEvents, CancellationToken cancellation = default)
    {
        var head = new Playhead(stream);
        head.GoTo(new ReplayPlace(from));
        using var writer = new RecordingWriter(output, header);
        var kept = -(long)keyframeEvents;
        var number = from;
        foreach (var observed in stream.From(from))
        {
            if (number == end) break;
            cancellation.ThrowIfCancellationRequested();
            if (writer.Events - kept >= keyframeEvents)
            {
                kept = writer.Events;
                var state = new ArrayBufferWriter<byte>();
                head.State.Save(state);
                writer.AppendKeyframe(state.WrittenSpan, head.State.Messages);
            }

            writer.Append(observed, head.State.Messages);
            head.GoOn(new ReplayPlace(++number));
        }

        writer.Close(head.State.Messages);
    }
}
