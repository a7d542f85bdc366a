using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Wire;

namespace KvLab.Core.Recordings;

/// <summary>The bodies of blocks as bytes, all but the columns of chunks.</summary>
internal static class RecordingBodies
{
    // A place takes no fewer bytes, so that a lying count cannot make us take memory.
    private const int LeastBytesOfPlace = 4;

    public const string NameNote = "name";
    public const string WhyNote = "why";
    public const string DroppedNote = "dropped";

    public static void Write(IBufferWriter<byte> output, RecordingHeader header)
    {
        var writer = new WireWriter(output);
        writer.Number(RecordingHeader.Format);
        writer.Text(header.Id);
        writer.Number(header.BegunAt.UtcTicks);
        writer.Text(header.Program);
        writer.Text(header.Name);
        writer.Text(header.Follows);
    }

    public static RecordingHeader ReadHeader(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        if (reader.Number() is var format && format != RecordingHeader.Format)
            throw new FormatException($"it has version {format} of the format, and this program reads version {RecordingHeader.Format}");
        var header = new RecordingHeader(reader.Text(), Time(reader.Number()), reader.Text(), reader.Text(), reader.Text());
        reader.End();
        if (header.Id.Length is 0 or > RecordingLimits.Id || !header.Id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) throw new FormatException($"its id is not made of 1 to {RecordingLimits.Id} letters, digits and hyphens");
        if (header.Name.Length > RecordingLimits.Name) throw new FormatException($"its name is longer than {RecordingLimits.Name} characters");
        return header;
    }

    public static void Write(IBufferWriter<byte> output, ChunkInfo info)
    {
        var writer = new WireWriter(output);
        writer.Number(info.Number);
        writer.Number(info.Elements);
        writer.Number(info.Events);
        writer.Number(info.Messages);
        writer.Number(info.First.Ms);
        writer.Number(info.First.Utc.UtcTicks);
        writer.Signed(info.Last.Ms - info.First.Ms);
        writer.Signed(info.Last.Utc.UtcTicks - info.First.Utc.UtcTicks);
        writer.Number(info.Unpacked);
    }

    public static ChunkInfo ReadInfo(ref WireReader reader)
    {
        var (number, elements, events, messages) = (reader.Number(), reader.Number(), reader.Number(), reader.Number());
        var (ms, ticks) = (reader.Number(), reader.Number());
        var (lastMs, lastTicks) = (unchecked(ms + reader.Signed()), unchecked(ticks + reader.Signed()));
        var unpacked = reader.Number();
        if (elements is 0 or > RecordingLimits.Block || unpacked > RecordingLimits.Block || events > RecordingLimits.Block || number > long.MaxValue / 2 || messages > long.MaxValue / 4)
            throw new FormatException("it announces more than a chunk can hold");
        return new ChunkInfo(number, (int)elements, events, messages, new ObserverTime(ms, Time(ticks)), new ObserverTime(lastMs, Time(lastTicks)), (int)unpacked);
    }

    public static void WriteIndex(IBufferWriter<byte> output, Recording recording)
    {
        var writer = new WireWriter(output);
        writer.Text(recording.Name);
        writer.Text(recording.Why);
        writer.Number(recording.Dropped);
        writer.Number(recording.Whole);
        writer.Number(recording.Chunks.Count);
        foreach (var (offset, length, info) in recording.Chunks)
        {
            writer.Number(offset);
            writer.Number(length);
            Write(output, info);
        }

        writer.Number(recording.Keyframes.Count);
        foreach (var (offset, length, number, events) in recording.Keyframes)
        {
            writer.Number(offset);
            writer.Number(length);
            writer.Number(number);
            writer.Number(events);
        }
    }

    /// <param name="indexAt">Where the index stands: what it speaks of lies before it.</param>
    public static Recording ReadIndex(ReadOnlySpan<byte> body, RecordingHeader header, long indexAt)
    {
        var reader = new WireReader(body);
        var (name, why, dropped, whole) = (reader.Text(), reader.Text(), reader.Number(), reader.Number());
        if (name.Length > RecordingLimits.Name || whole > indexAt) throw new FormatException("it refers to blocks that the file does not have");
        var recording = new Recording(header) { Name = name, Why = why, Dropped = dropped, Whole = whole, IsClosed = true };
        var chunks = ImmutableList.CreateBuilder<ChunkPlace>();
        long end = 0, events = 0, messages = 0, next = 0;
        for (var count = reader.Count(LeastBytesOfPlace); chunks.Count < count;)
        {
            var (offset, length) = ReadPlace(ref reader, end, indexAt);
            var info = ReadInfo(ref reader);
            if (info.Number != next) throw new FormatException($"it lists a chunk that begins with element {info.Number}, where {next} comes next");
            chunks.Add(new ChunkPlace(offset, length, info));
            (end, next, events, messages) = (offset + length, info.End, events + info.Events, messages + info.Messages);
        }

        var keyframes = ImmutableList.CreateBuilder<KeyframePlace>();
        end = 0;
        for (var count = reader.Count(LeastBytesOfPlace); keyframes.Count < count;)
        {
            var (offset, length) = ReadPlace(ref reader, end, indexAt);
            keyframes.Add(new KeyframePlace(offset, length, reader.Number(), reader.Number()));
            end = offset + length;
        }

        reader.End();
        return recording with { Chunks = chunks.ToImmutable(), Keyframes = keyframes.ToImmutable(), Elements = next, Events = events, Messages = messages };
    }

    public static void WriteNote(IBufferWriter<byte> output, string what, string text)
    {
        var writer = new WireWriter(output);
        writer.Text(what);
        writer.Text(text);
    }

    /// <summary>What a note says. A note of another kind is left for later versions.</summary>
    public static Recording ReadNote(ReadOnlySpan<byte> body, Recording recording)
    {
        var reader = new WireReader(body);
        var (what, text) = (reader.Text(), reader.Text());
        reader.End();
        return Noted(recording, what, text);
    }

    public static Recording Noted(Recording recording, string what, string text) => what switch
    {
        NameNote when text.Length > RecordingLimits.Name => throw new FormatException($"its name is longer than {RecordingLimits.Name} characters"),
        NameNote => recording with { Name = text },
        WhyNote => recording with { Why = text },
        DroppedNote => recording with
        {
            Dropped = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : throw new FormatException("its count is not a number"),
        },
        _ => recording,
    };

    private static (long Offset, int Length) ReadPlace(ref WireReader reader, long end, long indexAt)
    {
        var (offset, length) = (reader.Number(), reader.Number());
        if (offset < end || offset > indexAt || length > RecordingLimits.Block || offset + length > indexAt) throw new FormatException("it lists a place that lies outside of the file, or over another");
        return (offset, (int)length);
    }

    private static DateTimeOffset Time(long ticks) => ticks <= DateTime.MaxValue.Ticks && ticks >= 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : throw new FormatException("it has a time outside the calendar");
}
