using System.IO.Compression;
using System.Text;
using System.Text.Json;
using KvLab.Core.Experiments;
using Microsoft.Data.Sqlite;

namespace KvLab.Web.Experiments;

/// <summary>One line of the list of runs.</summary>
public sealed record RunSummary(string Id, string Name, string Preset, RunState State, DateTimeOffset StartedAt, int Points, int Writes);

/// <summary>
/// All runs with their raw samples, in one SQLite file. Every finished point is stored at once, so a kill in the middle loses at most the point that was being measured;
/// a run that was under way when the dashboard ended is marked as broken when the store is opened again.
/// </summary>
public sealed class RunStore : IDisposable
{
    private const int Schema = 1;
    private readonly string _connectionString;
    private readonly Lock _gate = new();

    /// <param name="folder">Created if it is missing. The file is <c>experiments.db</c> in it.</param>
    /// <exception cref="InvalidOperationException">The file was written by a newer KvLab.</exception>
    public RunStore(string folder)
    {
        Directory.CreateDirectory(folder);
        Folder = folder;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "experiments.db"), Pooling = true }.ToString();
        using var connection = Open();
        Execute(connection, "PRAGMA journal_mode = WAL");
        var version = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"));
        if (version > Schema)
            throw new InvalidOperationException($"{Path.Combine(folder, "experiments.db")} was written by a newer KvLab (schema {version}; this one knows {Schema}).");
        if (version < 1)
        {
            Execute(connection, """
                CREATE TABLE runs (id TEXT PRIMARY KEY, name TEXT NOT NULL, preset TEXT NOT NULL, state TEXT NOT NULL, started_at TEXT NOT NULL,
                                   points INTEGER NOT NULL, writes INTEGER NOT NULL, run TEXT NOT NULL);
                CREATE TABLE points (run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER NOT NULL, point BLOB NOT NULL,
                                     PRIMARY KEY (run_id, position));
                PRAGMA user_version = 1;
                """);
        }

        MarkBroken(connection);
    }

    public string Folder { get; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<RunSummary> List()
    {
        using var connection = Open();
        using var command = Command(connection, "SELECT id, name, preset, state, started_at, points, writes FROM runs ORDER BY started_at DESC, id DESC");
        using var reader = command.ExecuteReader();
        var runs = new List<RunSummary>();
        while (reader.Read())
        {
            runs.Add(new RunSummary(reader.GetString(0), reader.GetString(1), reader.GetString(2), Enum.Parse<RunState>(reader.GetString(3)),
                DateTimeOffset.Parse(reader.GetString(4)), reader.GetInt32(5), reader.GetInt32(6)));
        }

        return runs;
    }

    public bool Has(string id)
    {
        using var connection = Open();
        return Scalar(connection, "SELECT 1 FROM runs WHERE id = $id", ("$id", id)) is not null;
    }

    /// <returns>Null when there is no such run.</returns>
    /// <exception cref="WrongRunException">Its rows are damaged.</exception>
    public ExperimentRun? Load(string id)
    {
        using var connection = Open();
        if (Scalar(connection, "SELECT run FROM runs WHERE id = $id", ("$id", id)) is not string json) return null;
        using var command = Command(connection, "SELECT point FROM points WHERE run_id = $id ORDER BY position", ("$id", id));
        using var reader = command.ExecuteReader();
        var points = new List<PointResult>();
        while (reader.Read()) points.Add(Unpack((byte[])reader[0], id));
        var run = RunFile.Parse<ExperimentRun>(Encoding.UTF8.GetBytes(json), $"The stored run {id} is damaged") with { Points = points };
        RunRules.Check(run);
        return run;
    }

    /// <summary>Stores the run as it is now; points that are stored already are not written again.</summary>
    public void Save(ExperimentRun run)
    {
        lock (_gate)
        {
            using var connection = Open();
            using var transaction = connection.BeginTransaction();
            Execute(connection, """
                INSERT INTO runs (id, name, preset, state, started_at, points, writes, run) VALUES ($id, $name, $preset, $state, $started, $points, $writes, $run)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, state = excluded.state, points = excluded.points, writes = excluded.writes, run = excluded.run
                """,
                ("$id", run.Id), ("$name", run.Plan.Name), ("$preset", run.Plan.Preset), ("$state", run.State.ToString()),
                ("$started", run.StartedAt.ToString("O")), ("$points", run.Points.Count), ("$writes", run.Points.Sum(p => p.Writes)),
                ("$run", JsonSerializer.Serialize(run with { Points = [] }, RunFile.Json)));
            var stored = Convert.ToInt32(Scalar(connection, "SELECT COUNT(*) FROM points WHERE run_id = $id", ("$id", run.Id)));
            for (var i = stored; i < run.Points.Count; i++)
                Execute(connection, "INSERT INTO points (run_id, position, point) VALUES ($id, $position, $point)", ("$id", run.Id), ("$position", i), ("$point", Pack(run.Points[i])));
            transaction.Commit();
        }
    }

    /// <returns>False when there is no such run.</returns>
    public bool Rename(string id, string name)
    {
        lock (_gate)
        {
            if (Load(id) is not { } run) return false;
            Save(run with { Plan = run.Plan with { Name = name } });
            return true;
        }
    }

    /// <returns>False when there is no such run.</returns>
    public bool Delete(string id)
    {
        lock (_gate)
        {
            using var connection = Open();
            return Execute(connection, "DELETE FROM runs WHERE id = $id", ("$id", id)) > 0;
        }
    }

    private void MarkBroken(SqliteConnection connection)
    {
        var broken = new List<string>();
        using (var command = Command(connection, "SELECT id FROM runs WHERE state IN ('Running', 'Paused')"))
        using (var reader = command.ExecuteReader())
            while (reader.Read()) broken.Add(reader.GetString(0));
        foreach (var id in broken)
            if (Load(id) is { } run) Save(run with { State = RunState.Broken, Error = "The dashboard ended in the middle of this run; what was measured until then is here." });
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        Execute(connection, "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL");
        return connection;
    }

    private static byte[] Pack(PointResult point)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) JsonSerializer.Serialize(gzip, point, RunFile.Json);
        return packed.ToArray();
    }

    /// <exception cref="WrongRunException">It is no point.</exception>
    private static PointResult Unpack(byte[] packed, string id)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var point = new MemoryStream();
            gzip.CopyTo(point);
            return RunFile.Parse<PointResult>(point.GetBuffer().AsSpan(0, (int)point.Length), $"The stored run {id} is damaged");
        }
        catch (InvalidDataException problem)
        {
            throw new WrongRunException("points", $"The stored run {id} is damaged: one of its points cannot be unpacked.", problem);
        }
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // every statement is a constant of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }

    private static int Execute(SqliteConnection connection, string sql, params (string, object)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql, params (string, object)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteScalar();
    }

    public void Dispose() => SqliteConnection.ClearPool(new SqliteConnection(_connectionString));
}
