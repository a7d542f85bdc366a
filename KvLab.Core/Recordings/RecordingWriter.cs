using System.Buffers;
using System.Globalization;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Wire;
using ZstdSharp;

namespace KvLab.Core.Recordings;

/// <summary>
/// Writes a recording: blocks that are only ever appended, each in one piece and with a checksum, so that whatever ends the process leaves a file that can be read
/// to its last whole chunk. Not safe for concurrent use; <see cref="Recording"/> may be read from anywhere.
/// </summary>
/// <remarks>After an exception the stream may end within a block; nothing more can be written then.</remarks>
public sealed class RecordingWriter : IDisposable
{
    /// <summary>A chunk of so many bytes is written.</summary>
    public const int ChunkBytes = 1024 * 1024;

    /// <summary>What came so long ago is written, whatever its size.</summary>
    public const long ChunkMs = 2000;

    private const int Level = 1;

    private readonly Stream _output;
    private readonly Compressor _zstd = new(Level);
    private readonly ChunkWriter _chunk = new();
    private readonly ArrayBufferWriter<byte> _body = new();
    private readonly ArrayBufferWriter<byte> _packed = new();
    private readonly long[] _lengths = new long[Enum.GetValues<RecordingColumn>().Length];
    private volatile Recording _recording;
    private long _messages;

    /// <param name="output">Empty; stays open.</param>
    public RecordingWriter(Stream output, RecordingHeader header)
    {
        _output = output;
        _recording = new Recording(header);
        RecordingBlock.Begin(_body);
        RecordingBodies.Write(_body, header);
        var block = RecordingBlock.End(_body, BlockKind.Header);
        byte[] beginning = [.. RecordingBlock.Magic, .. block];
        _output.Write(beginning);
        _recording = _recording with { Whole = beginning.Length };
    }

    /// <summary>What is in the file by now.</summary>
    public Recording Recording => _recording;

    /// <summary>Elements taken, of which the latest may still wait for their chunk.</summary>
    public long Elements => _recording.Elements + _chunk.Elements;

    /// <inheritdoc cref="Elements"/>
    public long Events => _recording.Events + _chunk.Events;

    /// <param name="messagesBefore">Messages between nodes of which the observer knew before this element, by a count that never falls.</param>
    public void Append(Observed observed, long messagesBefore)
    {
        if (_chunk.Elements > 0 && (_chunk.Size >= ChunkBytes || observed.At.Ms - _chunk.First.Ms >= ChunkMs)) EndChunk(messagesBefore);
        if (Elements == 0) _messages = messagesBefore;
        _chunk.Add(observed);
    }

    /// <summary>The observer's state as it is before the next element.</summary>
    public void AppendKeyframe(ReadOnlySpan<byte> state, long messagesBefore)
    {
        EndChunk(messagesBefore);
        RecordingBlock.Begin(_body);
        var writer = new WireWriter(_body);
        writer.Number(_recording.Elements);
        writer.Number(_recording.Events);
        writer.Number(state.Length);
        _packed.ResetWrittenCount();
        Pack(state);
        _body.Write(_packed.WrittenSpan);
        var place = new KeyframePlace(_recording.Whole, _body.WrittenCount - RecordingBlock.Before, _recording.Elements, _recording.Events);
        Put(BlockKind.Keyframe);
        _recording = _recording with { Keyframes = _recording.Keyframes.Add(place) };
    }

    public void Rename(string name) => PutNote(RecordingBodies.NameNote, name);

    /// <summary>Writes what waits.</summary>
    public void EndChunk(long messages)
    {
        if (_chunk.Elements == 0) return;
        var info = new ChunkInfo(_recording.Elements, _chunk.Elements, _chunk.Events, Math.Max(0, messages - _messages), _chunk.First, _chunk.Last, _chunk.Unpacked);
        _messages = Math.Max(_messages, messages);
        _packed.ResetWrittenCount();
        for (var column = 0; column < _lengths.Length; column++) _lengths[column] = Pack(_chunk.Written((RecordingColumn)column));
        RecordingBlock.Begin(_body);
        RecordingBodies.Write(_body, info);
        var writer = new WireWriter(_body);
        writer.Number(_lengths.Length);
        for (var column = 0; column < _lengths.Length; column++)
        {
            writer.Number(_chunk.Written((RecordingColumn)column).Length);
            writer.Number(_lengths[column]);
        }

        _body.Write(_packed.WrittenSpan);
        _chunk.Clear();
        var place = new ChunkPlace(_recording.Whole, _body.WrittenCount - RecordingBlock.Before, info);
        Put(BlockKind.Chunk);
        _recording = _recording.With(place);
    }

    /// <summary>Writes what waits, and the index.</summary>
    /// <param name="why">Why it ends here, in a sentence; empty where it was asked to.</param>
    /// <param name="dropped">Events that came after it and were recorded nowhere.</param>
    public void Close(long messages, string why = "", long dropped = 0)
    {
        EndChunk(messages);
        if (why.Length > 0) PutNote(RecordingBodies.WhyNote, why);
        if (dropped > 0) PutNote(RecordingBodies.DroppedNote, dropped.ToString(CultureInfo.InvariantCulture));
        _recording = RecordingEnd.Write(_output, _recording);
    }

    public void Dispose() => _zstd.Dispose();

    /// <summary>Behind what is packed already.</summary>
    /// <returns>The number of bytes that it takes; as many as it had where packing would not save any.</returns>
    private int Pack(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return 0;
        var room = _packed.GetSpan(Math.Max(bytes.Length, Compressor.GetCompressBound(bytes.Length)));
        var length = _zstd.Wrap(bytes, room);
        if (length >= bytes.Length)
        {
            bytes.CopyTo(room);
            length = bytes.Length;
        }

        _packed.Advance(length);
        return length;
    }

    private void PutNote(string what, string text)
    {
        RecordingBlock.Begin(_body);
        RecordingBodies.WriteNote(_body, what, text);
        Put(BlockKind.Note);
        _recording = RecordingBodies.Noted(_recording, what, text);
    }

    private void Put(BlockKind kind)
    {
        var block = RecordingBlock.End(_body, kind);
        _output.Write(block);
        _recording = _recording with { Whole = _recording.Whole + block.Length };
    }
}
