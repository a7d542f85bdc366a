using Microsoft.Data.Sqlite;

namespace KvLab.Web.Experiments;

/// <summary>Why experiments cannot be stored: one sentence per cause, with the file and what to do (docs/troubleshooting.md).</summary>
internal static class RunStoreTrouble
{
    public const int CannotOpen = 14;
    public const int ReadOnly = 8;
    private const int Full = 13;
    private const string Elsewhere = "or start the lab with another KVLAB_DATA";

    /// <summary>The file is not one that this program may touch; the message goes on behind its name and ends with what to do.</summary>
    public sealed class ForeignException : Exception
    {
        public ForeignException() { }
        public ForeignException(string message) : base(message) { }
        public ForeignException(string message, Exception inner) : base(message, inner) { }
    }

    public static bool Is(Exception failure) => failure is SqliteException or IOException or UnauthorizedAccessException or ForeignException;

    public static bool IsFull(Exception failure) =>
        failure is SqliteException { SqliteErrorCode: Full } || failure.Message.Contains("disk is full", StringComparison.OrdinalIgnoreCase)
        || failure is IOException && failure.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase);

    public static string Explain(Exception failure, RunStore store)
    {
        var (file, folder) = (store.DatabaseFile, store.Folder);
        if (IsFull(failure)) return $"The experiment cannot be stored: the disk of {folder} is full. Make room there, {Elsewhere}.";
        return Say(failure switch
        {
            ForeignException => $"{file} {failure.Message}",
            SqliteException { SqliteErrorCode: 1 } => $"{file} is a database, but not one of KvLab. Leave it where it is",
            SqliteException { SqliteErrorCode: 5 or 6 } => $"{file} is locked by another program. End that program",
            SqliteException { SqliteErrorCode: ReadOnly } => $"{file} is read-only. Change its rights (chmod, chown)",
            SqliteException { SqliteErrorCode: 11 } => $"{file} is damaged or cut off. Move it away, or restore a copy",
            SqliteException { SqliteErrorCode: 26 } => $"{file} is not a database. Move it away",
            SqliteException { SqliteErrorCode: CannotOpen } => $"{file} cannot be opened: it is not a file, or this user is not allowed to open it. Move it away, change its rights",
            SqliteException => $"{file} cannot be read or written ({failure.Message.TrimEnd('.')}). Check its disk",
            _ => $"{folder} cannot be created or written to ({failure.Message.TrimEnd('.')}). Change its rights (chmod, chown)",
        });
    }

    public static string Say(string cause) => $"Experiments cannot be stored: {cause}, {Elsewhere}.";
}
