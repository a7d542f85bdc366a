namespace KvLab.Core.Recordings;

/// <summary>A file is no recording, or a damaged one; the message is a sentence for people.</summary>
public sealed class RecordingException : FormatException
{
    public RecordingException(string message, long offset, Exception? inner = null) : base(message, inner) => Offset = offset;
    public RecordingException() { }
    public RecordingException(string message) : base(message) { }
    public RecordingException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Where in the file what is wrong begins.</summary>
    public long Offset { get; }
}
