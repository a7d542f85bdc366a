using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace KvLab.Core.Recordings;

/// <summary>The end of a file that is closed: an index, and a block of fixed size that says where the index is.</summary>
public static class RecordingEnd
{
    internal const int Length = RecordingBlock.Around + sizeof(long);

    /// <summary>What has to follow <paramref name="recording"/>'s whole blocks so that they are a closed file.</summary>
    public static byte[] Of(Recording recording)
    {
        var body = new ArrayBufferWriter<byte>();
        RecordingBlock.Begin(body);
        RecordingBodies.WriteIndex(body, recording);
        var index = RecordingBlock.End(body, BlockKind.Index).ToArray();
        RecordingBlock.Begin(body);
        BinaryPrimitives.WriteInt64LittleEndian(body.GetSpan(sizeof(long)), recording.Whole);
        body.Advance(sizeof(long));
        return [.. index, .. RecordingBlock.End(body, BlockKind.End)];
    }

    internal static Recording Write(Stream output, Recording recording)
    {
        output.Write(Of(recording));
        return recording with { IsClosed = true, Damage = null };
    }

    /// <summary>
    /// Gives a file a new name, or closes one that nobody closed. What is damaged behind its whole blocks is cut off. A process that ends in the middle of this leaves
    /// a file that can be read to its last whole chunk, as before.
    /// </summary>
    /// <param name="file">Which <paramref name="recording"/> was read from.</param>
    /// <param name="why">Why it ends where it does; null for no change.</param>
    /// <param name="dropped">Events that were recorded nowhere; null for no change.</param>
    public static Recording Rewrite(Stream file, Recording recording, string? name = null, string? why = null, long? dropped = null)
    {
        file.SetLength(recording.Whole);
        file.Position = recording.Whole;
        if (name is not null) Note(RecordingBodies.NameNote, name);
        if (why is not null) Note(RecordingBodies.WhyNote, why);
        if (dropped is { } count) Note(RecordingBodies.DroppedNote, count.ToString(CultureInfo.InvariantCulture));
        return Write(file, recording);

        void Note(string what, string text)
        {
            var body = new ArrayBufferWriter<byte>();
            RecordingBlock.Begin(body);
            RecordingBodies.WriteNote(body, what, text);
            var block = RecordingBlock.End(body, BlockKind.Note);
            file.Write(block);
            recording = RecordingBodies.Noted(recording, what, text) with { Whole = recording.Whole + block.Length };
        }
    }
}
