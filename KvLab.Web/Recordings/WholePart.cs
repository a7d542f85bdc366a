namespace KvLab.Web.Recordings;

/// <summary>The beginning of a file that still grows, and an end that makes it whole.</summary>
internal sealed class WholePart(FileStream file, long length, byte[] end) : Stream
{
    private long _at;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => length + end.Length;

    public override long Position
    {
        get => _at;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        if (_at < length)
        {
            read = await file.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - _at)], cancellationToken);
        }
        else
        {
            var rest = end.AsSpan((int)(_at - length));
            read = Math.Min(buffer.Length, rest.Length);
            rest[..read].CopyTo(buffer.Span);
        }

        _at += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) file.Dispose();
        base.Dispose(disposing);
    }
}
