namespace KvLab.Core.Callers;

/// <summary>A body whose chunks cannot be told apart: the server finds out while it is read, and it is the sender's mistake.</summary>
public static class BrokenBody
{
    public const string Sentence = "The body cannot be read: one of its chunks has an invalid size.";

    /// <summary>Kestrel reports a size beyond its numbers by an exception that is not its own for bad requests.</summary>
    public static bool IsCause(Exception failure) => failure is IOException { InnerException: OverflowException };
}
