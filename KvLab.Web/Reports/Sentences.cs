using System.Globalization;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Core.Settings;

namespace KvLab.Web.Reports;

/// <param name="Text">Ends with a full stop, unless it quotes something at its end.</param>
public sealed record Sentence(string Text)
{
    /// <summary>Ids of the tables and figures that show it.</summary>
    public IReadOnlyList<string> Shown { get; init; } = [];

    /// <summary>Whether it says how the run was done, not what came out.</summary>
    public bool OfMethod { get; init; }
}

/// <summary>
/// Sentences that a report says by itself. Each is made from the numbers of the run and says no more than they show; where the numbers do not show it,
/// the sentence says that, or is missing.
/// </summary>
public static class Sentences
{
    public static IReadOnlyList<string> Of(ExperimentRun run) => [.. Cited(run).Select(s => s.Text)];

    /// <summary>The same sentences with what shows them, so that a report can name the table and the figure.</summary>
    public static IReadOnlyList<Sentence> Cited(ExperimentRun run)
    {
        if (run.Points.Count == 0) return [new("Nothing was measured.")];
        IEnumerable<(string? Text, string[] Shown, bool Method)> all =
        [
            (Simulation(run), [], true),
            (Setup(run), ["settings"], true),
            .. Curves(run).Select(c => (Rise(c), (string[])["latency", "quorum-latency"], false)),
            .. Curves(run).Select(c => ((string?)Agreement(c), (string[])["latency", "quorum-latency", "residuals"], false)),
            (Storages(run), ["storage-latency", "storing"], false),
            (AtAnswer(run), ["replicas", "convergence"], false),
            (Settled(run), ["replicas"], false),
            (Modes(run), ["replicas", "conflicts"], false),
            (State(run), [], false),
            (ClosedLoop, [], true),
        ];
        return [.. all.Where(s => s.Text is not null).Select(s => new Sentence(s.Text!) { Shown = s.Shown, OfMethod = s.Method })];
    }

    /// <summary>What a reader must know of every latency here.</summary>
    public const string ClosedLoop = "The load is a closed loop: each client sends its next write when its last one is answered. While the cluster pauses, nothing is sent, "
        + "so the writes that would have waited are missing from the percentiles (coordinated omission). The longest time without an answer shows such a pause.";

    /// <summary>First of all: whoever reads these numbers must know that no machine took part.</summary>
    private static string? Simulation(ExperimentRun run) => run.Environment.Simulation is not { } simulation ? null
        : $"This run was {simulation}: one process plays all nodes, and a write takes only its simulated delays. Machine, network and storage add no time.";

    private static string Setup(ExperimentRun run)
    {
        // By the points: a sweep gives them other values than the plan's own fields have.
        var points = run.Points.Select(p => p.Plan).ToList();
        var (keys, clients) = (PointWords.Keys(points), PointWords.Clients(points));
        return Inv($"Each point is {run.Plan.Writes} writes over {keys} {(keys == "1" ? "key" : "keys")} by {clients} {(clients == "1" ? "client" : "clients")}, with {PointWords.OneDelay(points)} and seed {run.Plan.Seed}.");
    }

    private static string? Rise((string Name, List<PointResult> Points) curve)
    {
        if (curve.Points.Count < 2) return null;
        var means = curve.Points.Select(p => p.Client.MeanMs).ToList();
        var (first, last) = (curve.Points[0], curve.Points[^1]);
        var strictly = means.Zip(means.Skip(1)).All(pair => pair.Second > pair.First);
        var range = Inv($"from {first.Client.MeanMs:0.0#} ms at W={first.Plan.Settings.WriteQuorum} to {last.Client.MeanMs:0.0#} ms at W={last.Plan.Settings.WriteQuorum}");
        return strictly
            ? $"{curve.Name}Mean latency rose with every step of W, {range}."
            : $"{curve.Name}Mean latency did not rise with every step of W ({range}).";
    }

    private static string? Agreement((string Name, List<PointResult> Points) curve)
    {
        var inside = curve.Points.Count(p => p.InBand);
        var largest = curve.Points.MaxBy(p => Math.Abs(p.ResidualMs))!;
        if (curve.Points is [var only])
            return Inv($"{curve.Name}The measured mean of {only.Client.MeanMs:0.0#} ms lies {(only.InBand ? "in" : "outside")} the predicted band; the residual is {only.ResidualMs:+0.00;-0.00;0.00} ms.");
        return Inv($"{curve.Name}{inside} of {curve.Points.Count} measured means lie in the predicted band; the largest residual is {largest.ResidualMs:+0.00;-0.00;0.00} ms at W={largest.Plan.Settings.WriteQuorum}.");
    }

    /// <summary>At the largest W, where most storages have to answer.</summary>
    private static string? Storages(ExperimentRun run)
    {
        if (run.Plan.Sweep?.Axis != SweepAxis.Storage) return null;
        var w = run.Points.Max(p => p.Plan.Settings.WriteQuorum);
        var means = run.Points.Where(p => p.Plan.Settings.WriteQuorum == w).GroupBy(p => p.Plan.Storage!).Select(g => (Storage: g.Key, Ms: g.Average(p => p.Client.MeanMs))).ToList();
        var memory = means.Find(m => m.Storage == "memory").Ms;
        return $"Mean latency at W={w} by storage: {string.Join(", ", means.Select(m => Inv($"{m.Storage} {m.Ms:0.00} ms") + (memory > 0 && m.Storage != "memory" ? Inv($" ({m.Ms / memory:0.0} times memory)") : "")))}.";
    }

    private static string? AtAnswer(ExperimentRun run)
    {
        var checks = run.Points.Select(p => (p, Check: p.Check(ReplicaCheck.Answered))).Where(c => c.Check is not null).ToList();
        if (checks.Count == 0) return null;
        var most = checks.MaxBy(c => Differing(c.Check!));
        var differing = Differing(most.Check!);
        return differing == 0
            ? "When the last client was answered, no follower differed from the leader at any point."
            : Inv($"When the last client was answered, up to {differing} entries on followers differed from the leader ({most.p.Plan.Label}): replication was still in progress.");
    }

    private static string? Settled(ExperimentRun run)
    {
        var versioned = run.Points.Where(p => p.Plan.Settings.Versioning == VersioningMode.Versioned && p.Check(ReplicaCheck.Settled) is not null).ToList();
        if (versioned.Count == 0) return null;
        var converged = versioned.Count(p => p.Check(ReplicaCheck.Settled)!.Report.Converged);
        return converged == versioned.Count
            ? $"After settling, every follower held exactly what the leader held at {(converged == 1 ? "the one versioned point" : $"all {converged} versioned points")}, compared entry by entry."
            : $"After settling, replicas were equal at {converged} of {versioned.Count} versioned points.";
    }

    private static string? Modes(ExperimentRun run)
    {
        var naive = run.Points.Where(p => p.Plan.Settings.Versioning == VersioningMode.Naive && p.Check(ReplicaCheck.Settled) is not null).ToList();
        if (naive.Count == 0) return null;
        var lost = naive.Sum(p => Differing(p.Check(ReplicaCheck.Settled)!));
        var versioned = run.Points.Where(p => p.Plan.Settings.Versioning == VersioningMode.Versioned && p.Check(ReplicaCheck.Settled) is not null).ToList();
        var against = versioned.Count == 0 ? "" : Inv($" The versioned points of this run left {versioned.Sum(p => Differing(p.Check(ReplicaCheck.Settled)!))}.");
        return Inv($"Naive mode left {lost} {(lost == 1 ? "entry on a follower that differs" : "entries on followers that differ")} from the leader's after settling, over {naive.Count} {(naive.Count == 1 ? "point" : "points")}.{against}");
    }

    private static string? State(ExperimentRun run) => run.State switch
    {
        RunState.Done => null,
        RunState.Disturbed => $"The run was disturbed, so it does not show what its plan asked: {string.Join(" ", run.AllDisturbances)}",
        RunState.Cancelled => $"The run was cancelled: {run.Points.Count} points of the plan were measured.",
        RunState.Broken => $"The run was interrupted: {run.Points.Count} points of the plan were measured.",
        RunState.Failed => $"The run failed: {run.Error}",
        _ => "The run is still in progress.",
    };

    private static int Differing(ReplicaCheck check) => check.Report.Followers.Sum(f => f.Missing + f.Behind + f.Conflicts + f.Ahead);

    private static IEnumerable<(string Name, List<PointResult> Points)> Curves(ExperimentRun run)
    {
        var groups = run.Points.GroupBy(p => (p.Plan.SweepValue, p.Plan.Repetition)).ToList();
        foreach (var g in groups)
        {
            var name = groups.Count == 1 ? "" : $"{string.Join(", ", new[] { g.Key.SweepValue, run.Plan.Repetitions > 1 ? $"repetition {g.Key.Repetition}" : null }.OfType<string>())}: ";
            yield return (name, [.. g.OrderBy(p => p.Plan.Settings.WriteQuorum)]);
        }
    }

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
