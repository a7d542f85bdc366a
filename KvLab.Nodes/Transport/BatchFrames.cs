using System.Buffers;
using System.Buffers.Binary;

namespace KvLab.Nodes.Transport;

/// <summary>What a frame from a follower is.</summary>
internal enum FrameKind : byte
{
    /// <summary>Messages, or the answers to them.</summary>
    Batch,
    /// <summary>The follower's storage failed: a sentence.</summary>
    StorageFailure,
    /// <summary>The follower could not take the batch: a sentence.</summary>
    Error,
}

/// <summary>
/// Batches on a connection that was upgraded from HTTP: a length of four bytes (little endian), one byte that says what follows, and that. Two stay
/// in step because each frame of the leader has exactly one frame of the follower as its answer. Not safe for concurrent use.
/// </summary>
internal sealed class BatchFrames(Stream stream) : IDisposable
{
    /// <summary>The name of it all in the header <c>Upgrade</c>.</summary>
    public const string Protocol = "kvlab-batch";

    private const int HeaderLength = 5;

    // Most frames are far smaller; what a large one took is given back.
    private const int KeptLength = 64 * 1024;

    private ArrayBufferWriter<byte> _output = new(1024);
    private byte[] _input = new byte[4096];
    private int _filled;

    /// <summary>Whether anything has come since the last <see cref="WriteAsync"/>.</summary>
    public bool HasAnswerBegun => _filled > 0;

    public async ValueTask WriteAsync(FrameKind kind, Action<IBufferWriter<byte>> content, CancellationToken cancellation)
    {
        _output.ResetWrittenCount();
        _output.GetSpan(HeaderLength);
        _output.Advance(HeaderLength);
        content(_output);
        var frame = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_output.WrittenMemory);
        BinaryPrimitives.WriteInt32LittleEndian(frame.Span, frame.Length - HeaderLength);
        frame.Span[HeaderLength - 1] = (byte)kind;
        await stream.WriteAsync(frame, cancellation);
        if (_output.Capacity > KeptLength) _output = new ArrayBufferWriter<byte>(1024);
    }

    /// <summary>The next frame; its content is valid until the next call. Null content where the other side has hung up between two frames.</summary>
    /// <exception cref="IOException">The other side hung up within a frame.</exception>
    /// <exception cref="FormatException">It is no frame, or a longer one than is allowed.</exception>
    public async ValueTask<(FrameKind Kind, ReadOnlyMemory<byte>? Content)> ReadAsync(CancellationToken cancellation)
    {
        _filled = 0;
        if (!await FillAsync(HeaderLength, cancellation)) return (FrameKind.Batch, null);
        var length = BinaryPrimitives.ReadInt32LittleEndian(_input);
        var kind = (FrameKind)_input[HeaderLength - 1];
        if (length is < 0 or > BatchCodec.LongestBatch || kind > FrameKind.Error) throw new FormatException($"A frame has at most {BatchCodec.LongestBatch} bytes.");
        await FillAsync(HeaderLength + length, cancellation);
        if (_filled > HeaderLength + length) throw new FormatException($"{_filled - HeaderLength - length} unexpected bytes follow a frame.");
        return (kind, _input.AsMemory(HeaderLength, length));
    }

    /// <returns>False when the other side hung up before the first byte.</returns>
    private async ValueTask<bool> FillAsync(int length, CancellationToken cancellation)
    {
        if (length > _input.Length) Array.Resize(ref _input, Math.Max(length, 2 * _input.Length));
        else if (_filled == 0 && _input.Length > KeptLength) _input = new byte[4096];
        while (_filled < length)
        {
            var read = await stream.ReadAsync(_input.AsMemory(_filled), cancellation);
            if (read == 0) return _filled == 0 ? false : throw new IOException("The connection ended within a frame.");
            _filled += read;
        }

        return true;
    }

    public void Dispose() => stream.Dispose();
}
