using System.Text;
using System.Text.Json;
using KvLab.Core.Experiments;
using KvLab.Core.Storage;
using KvLab.Web.Problems;

namespace KvLab.Web.Experiments;

/// <summary>One line of the list of runs.</summary>
/// <param name="Problem">What is wrong with its row, which then says nothing reliable; null for a run.</param>
public sealed record RunSummary(string Id, string Name, string Preset, RunState State, DateTimeOffset StartedAt, int Points, int Writes, string? Problem = null)
{
    /// <summary>In virtual time; false: on real nodes.</summary>
    public bool Simulated { get; init; }
}

/// <summary>
/// All runs with their raw samples, in one SQLite file. Every finished point is stored at once, so a kill in the middle loses at most the point that was being measured;
/// a run that was under way when the dashboard ended is marked as broken when the store is opened again.
/// </summary>
/// <remarks>
/// A folder that cannot be used does not keep the lab from running: <see cref="Problem"/> says why, and what is asked of the store is refused with the same
/// sentence (503). Each use tries again, so nobody has to start the lab anew once the cause is mended.
/// </remarks>
public sealed partial class RunStore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileClaim _claim;

    /// <param name="folder">Created if it is missing. The file is <c>experiments.db</c> in it. Empty: there is none.</param>
    public RunStore(string folder)
    {
        Folder = folder;
        DatabaseFile = Path.Combine(folder, "experiments.db");
        _claim = new FileClaim(Path.Combine(folder, "experiments.lock"));
        lock (_gate) TryOpen();
    }

    public string Folder { get; }
    public string DatabaseFile { get; }

    /// <summary>Newest first. A row that is damaged is among them and says so.</summary>
    /// <exception cref="CommandException">503: the store cannot be read.</exception>
    public IReadOnlyList<RunSummary> List() => Guarded(() =>
    {
        using var connection = Connect(write: false);
        using var command = Command(connection, "SELECT id, name, preset, state, started_at, points, writes, iif(json_valid(run), json_extract(run, '$.environment.simulationSeed'), NULL) FROM runs ORDER BY started_at DESC, id DESC");
        using var reader = command.ExecuteReader();
        var runs = new List<RunSummary>();
        while (reader.Read()) runs.Add(Summary(reader));
        return runs;
    });

    /// <exception cref="CommandException">503: the store cannot be read.</exception>
    public bool Has(string id) => Guarded(() =>
    {
        using var connection = Connect(write: false);
        return Scalar(connection, "SELECT 1 FROM runs WHERE id = $id", ("$id", id)) is not null;
    });

    /// <returns>Null when there is no such run.</returns>
    /// <exception cref="WrongRunException">Its rows are damaged.</exception>
    /// <exception cref="CommandException">503: the store cannot be read.</exception>
    public ExperimentRun? Load(string id) => Guarded(() =>
    {
        using var connection = Connect(write: false);
        if (Scalar(connection, "SELECT run FROM runs WHERE id = $id", ("$id", id)) is not { } stored) return null;
        if (stored is not string json) throw new WrongRunException("run", $"The stored run {id} is damaged: it is not text.");
        using var command = Command(connection, "SELECT point FROM points WHERE run_id = $id ORDER BY position", ("$id", id));
        using var reader = command.ExecuteReader();
        var points = new List<PointResult>();
        while (reader.Read()) points.Add(Unpack(reader[0], id));
        var run = RunFile.Parse<ExperimentRun>(Encoding.UTF8.GetBytes(json), $"The stored run {id} is damaged") with { Points = points };
        try
        {
            RunRules.Check(run);
            return run;
        }
        catch (WrongRunException wrong)
        {
            throw new WrongRunException("run", $"The stored run {id} is damaged: {wrong.Message}", wrong);
        }
    });

    /// <summary>Stores the run as it is now; points that are stored already are not written again.</summary>
    /// <exception cref="CommandException">507 on a full disk, 503 for everything else that keeps it from being stored.</exception>
    public void Save(ExperimentRun run) => Guarded(() =>
    {
        lock (_gate)
        {
            using var connection = Connect(write: true);
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
            return true;
        }
    });

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
    /// <exception cref="CommandException">503: the store cannot be written.</exception>
    public bool Delete(string id) => Guarded(() =>
    {
        lock (_gate)
        {
            using var connection = Connect(write: true);
            return Execute(connection, "DELETE FROM runs WHERE id = $id", ("$id", id)) > 0;
        }
    });

    public void Dispose()
    {
        lock (_gate) Close();
    }
}
