using KvLab.Core.Experiments;
using KvLab.Web.Problems;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KvLab.Web.Experiments;

/// <summary>
/// Opening. One lab owns a folder, by a lock that ends with its process; only the owner writes, so that nobody else marks its run as broken or deletes it.
/// A second lab, and one that may not write, reads.
/// </summary>
public sealed partial class RunStore
{
    private const int Schema = 1;

    private string? _connectionString;
    private bool _owned;

    /// <summary>Why experiments cannot be stored, or not even read, and what to do; null while all is well.</summary>
    public string? Problem { get; private set; }

    public bool CanWrite
    {
        get { lock (_gate) return _owned; }
    }

    private string OwnersConnection => new SqliteConnectionStringBuilder { DataSource = DatabaseFile, Pooling = true }.ToString();

    private string OwnerFile => Path.Combine(Folder, "experiments.owner");

    /// <summary>A connection for one use.</summary>
    private SqliteConnection Connect(bool write)
    {
        lock (_gate)
        {
            if (!_owned) TryOpen();
            if (write ? !_owned : _connectionString is null) throw new CommandException(StatusCodes.Status503ServiceUnavailable, Problem!);
            return Connect(_connectionString!);
        }
    }

    private static SqliteConnection Connect(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void TryOpen()
    {
        Close();
        Problem = Folder.Length == 0
            ? "Experiments cannot be stored: this user has no home folder. Name a folder for them: KVLAB_DATA=/path/to/folder."
            : File.Exists(Folder) ? RunStoreTrouble.Say($"{Folder} is a file, and a folder should be there") : null;
        if (Problem is not null) return;
        try
        {
            if (_claim.TryTake())
            {
                OpenAsOwner();
                return;
            }

            Problem = $"Experiments cannot be stored: another lab uses {Folder}{Owner()}. What is stored there can be read. End that lab, or start this one with another KVLAB_DATA.";
            OpenToRead();
        }
        catch (Exception failure) when (RunStoreTrouble.Is(failure))
        {
            Close();
            Problem ??= RunStoreTrouble.Explain(failure, this);
            TryOpenToRead();
        }
    }

    private void OpenAsOwner()
    {
        using (var connection = Connect(OwnersConnection))
        {
            Check(connection, mayCreate: true);
            Execute(connection, "PRAGMA journal_mode = WAL");
            // A file that may only be read is opened for reading without a word, and the first write would be the first to hear of it.
            if (raw.sqlite3_db_readonly(connection.Handle, "main") == 1) throw new SqliteException("The file is read-only.", RunStoreTrouble.ReadOnly);
        }

        File.WriteAllText(OwnerFile, $"process {Environment.ProcessId} on {Environment.MachineName}");
        (_connectionString, _owned) = (OwnersConnection, true);
        MarkBroken();
    }

    /// <summary>What may not be written may perhaps be read.</summary>
    private void TryOpenToRead()
    {
        try
        {
            OpenToRead();
        }
        catch (Exception failure) when (RunStoreTrouble.Is(failure))
        {
            Close();
        }
    }

    private void OpenToRead()
    {
        if (!File.Exists(DatabaseFile)) return;
        foreach (var source in new[] { DatabaseFile, $"file:{Uri.EscapeDataString(DatabaseFile)}?immutable=1" })
        {
            var connectionString = new SqliteConnectionStringBuilder { DataSource = source, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString();
            try
            {
                using var connection = Connect(connectionString);
                Check(connection, mayCreate: false);
                _connectionString = connectionString;
                return;
            }
            catch (SqliteException failure) when (failure.SqliteErrorCode == RunStoreTrouble.CannotOpen && source == DatabaseFile)
            {
                // Beside the file lie two more, which cannot be made in a folder that may not be written. Then nobody else writes either.
            }
        }
    }

    /// <exception cref="RunStoreTrouble.ForeignException">The file is not ours to touch.</exception>
    private static void Check(SqliteConnection connection, bool mayCreate)
    {
        var version = Convert.ToInt64(Scalar(connection, "PRAGMA user_version"));
        if (version > Schema) throw new RunStoreTrouble.ForeignException($"was written by a newer KvLab (schema {version}; this one knows {Schema}). Use that one");
        var tables = Convert.ToInt64(Scalar(connection, "SELECT count(*) FROM sqlite_schema"));
        if (version < 1 && tables > 0) throw new RunStoreTrouble.ForeignException("is a database of another program. Leave it where it is");
        if (version == Schema)
        {
            Scalar(connection, "SELECT id || name || preset || state || started_at || points || writes || run FROM runs LIMIT 1");
            Scalar(connection, "SELECT run_id || position || point FROM points LIMIT 1");
        }
        else if (mayCreate)
        {
            Execute(connection, """
                BEGIN;
                CREATE TABLE runs (id TEXT PRIMARY KEY, name TEXT NOT NULL, preset TEXT NOT NULL, state TEXT NOT NULL, started_at TEXT NOT NULL,
                                   points INTEGER NOT NULL, writes INTEGER NOT NULL, run TEXT NOT NULL);
                CREATE TABLE points (run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER NOT NULL, point BLOB NOT NULL,
                                     PRIMARY KEY (run_id, position));
                PRAGMA user_version = 1;
                COMMIT;
                """);
        }
        else
        {
            throw new RunStoreTrouble.ForeignException("holds nothing yet");
        }
    }

    /// <summary>Only an owner may say that nobody is measuring what is called running.</summary>
    private void MarkBroken()
    {
        using var connection = Connect(_connectionString!);
        var broken = new List<string>();
        using (var command = Command(connection, "SELECT id FROM runs WHERE state IN ('Running', 'Paused')"))
        using (var reader = command.ExecuteReader())
            while (reader.Read()) broken.Add(reader.GetString(0));
        foreach (var id in broken)
        {
            try
            {
                if (Load(id) is { } run) Save(run with { State = RunState.Broken, Error = "The dashboard ended in the middle of this run; what was measured until then is here." });
            }
            catch (WrongRunException)
            {
                // The list and the run's page say that it is damaged.
            }
        }
    }

    private string Owner()
    {
        try
        {
            return File.Exists(OwnerFile) ? $" ({File.ReadAllText(OwnerFile)[..Math.Min(200, (int)new FileInfo(OwnerFile).Length)]})" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return "";
        }
    }

    private void Close()
    {
        // Also what was opened in vain: a pooled connection would go on reading a file that was replaced.
        using (var pooled = new SqliteConnection(OwnersConnection)) SqliteConnection.ClearPool(pooled);
        (_connectionString, _owned) = (null, false);
        _claim.Dispose();
    }

    /// <summary>Whatever a disk or a file does in the middle of a use becomes a sentence.</summary>
    private T Guarded<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (Exception failure) when (RunStoreTrouble.Is(failure))
        {
            throw new CommandException(
                RunStoreTrouble.IsFull(failure) ? StatusCodes.Status507InsufficientStorage : StatusCodes.Status503ServiceUnavailable, RunStoreTrouble.Explain(failure, this), inner: failure);
        }
    }
}
