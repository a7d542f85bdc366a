namespace KvLab.Core.Recordings;

/// <summary>No recording has more than this; a file that says so is refused before memory is taken for it.</summary>
public static class RecordingLimits
{
    /// <summary>Bytes of a block on disk, of a chunk's columns, and of what they are put together to. Nearly all chunks have about 1 MB.</summary>
    public const int Block = 2 * Message;

    /// <summary>Bytes of one message in JSON: what a node held when it was asked is the largest.</summary>
    public const int Message = 16 * 1024 * 1024;

    /// <summary>Bytes of one batch of events: twice what a node's report may have.</summary>
    public const int Batch = 2 * 1024 * 1024;

    /// <summary>Answers to clients in one element.</summary>
    public const int Answers = 100_000;

    /// <summary>A recording's id, in characters.</summary>
    public const int Id = 64;

    /// <summary>A recording's name, in characters.</summary>
    public const int Name = 200;
}
