using KvLab.Core.Analysis;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Recordings;
using KvLab.Core.Replays;
using KvLab.Core.Settings;
using KvLab.Core.Simulator;
using KvLab.Core.Simulator.Mutants;
using KvLab.Web.Api.Requests;
using KvLab.Web.Recordings;
using KvLab.Web.Simulations;

namespace KvLab.Web.Api;

/// <summary>Clusters in this process, under a clock that the caller holds. Nothing here touches the lab's own nodes.</summary>
internal static class SimulationEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/simulations").WithTags("Simulations");
        api.MapGet("", (SimulationStore store) => store.All.Select(r => new SimulationRow(r.Id, r.UsedAt))).Produces<IReadOnlyList<SimulationRow>>().WithSummary($"Simulations of this dashboard, at most {SimulationStore.Most}.");
        api.MapPost("", CreateAsync).Accepts<SimulationBody>("application/json").Produces<SimulationAnswer>(201).Refuses(409)
            .WithSummary($"Begins one: followers 1 … {SimulationPlan.MostFollowers} (default {SimulationPlan.Standard.Followers}), seed, settings as PATCH /api/cluster/settings takes them, bug (name: {EnumNames.ListOf<Mutant>()}; node: which one has it), and story (the name of one) or plan (as POST /api/experiments takes it), "
                + "whose lines are then offered one after the other; or recording with at (ms since it began) and for (ms, default 10000: writes of that time are offered again); or path, the link of another one, alone.");
        api.MapGet("/{id}", (string id, SimulationStore store) => SimulationAnswer.Of(store.Find(id))).Produces<SimulationAnswer>().Refuses(404)
            .WithSummary("The step and time that the simulation has reached, and everything that could happen next, each as one sentence.");
        api.MapPost("/{id}/step", StepAsync).Accepts<StepBody>("application/json").Produces<SimulationAnswer>().Refuses(404)
            .WithSummary("One of: choice (an index of enabled), do (a line of the story language, such as \"kill follower-2\"), until (ms on its clock: what is due until then happens by itself), "
                + "undo (so many steps back), redo, branch (the index of an abandoned path).");
        api.MapGet("/{id}/state", State).Produces<SimulatedState>().Refuses(404).WithSummary("The state in the forms of GET /api/cluster and GET /api/convergence.");
        api.MapGet("/{id}/recording", Recording).Produces(200, contentType: "application/octet-stream").Refuses(404).WithSummary("Everything that happened up to the current step, as a recording (docs/event-format.md).");
        api.MapDelete("/{id}", Delete).Produces(204).Refuses(404);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, SimulationStore store, SimulationReader reader)
    {
        var (plan, path) = await StrictBody.ReadOptionalAsync(request, reader.Read, (SimulationPlan.Standard, []));
        // A long path takes a while: not on the thread of the request.
        var made = await Task.Run(() => store.Create(plan, path));
        return Results.Created($"{request.PathBase}/api/simulations/{made.Id}", SimulationAnswer.Of(made));
    }

    private static async Task<SimulationAnswer> StepAsync(string id, HttpRequest request, SimulationStore store)
    {
        var room = store.Find(id);
        var (field, step) = await StrictBody.ReadAsync<(string, Action<Simulation>)>(request, fields =>
        {
            fields.AllowOnly("choice", "do", "until", "undo", "redo", "branch");
            string[] given = [.. ((string[])["choice", "do", "until", "undo", "redo", "branch"]).Where(fields.Has)];
            if (given is not [var only])
            {
                fields.Add("choice", "or do, until, undo, redo or branch must be given, and only one of them.");
                return ("choice", _ => { });
            }

            var (number, ms, line) = (only is "until" or "do" ? null : fields.Int(only), only == "until" ? fields.Number(only) : null, only == "do" ? fields.Text(only) : null);
            return (only, only switch
            {
                "choice" => s => s.Choose(number ?? -1),
                "do" => s => s.Do(line ?? ""),
                "until" => s => s.GoOnUntil(ms ?? 0),
                "undo" => s => s.Undo(Math.Max(0, number ?? 0)),
                "redo" => s => s.Undo(-Math.Max(0, number ?? 0)),
                _ => s => s.GoToBranch(number ?? -1),
            });
        });
        await Task.Run(() => room.Step(field, step));
        return SimulationAnswer.Of(room);
    }

    private static SimulatedState State(string id, SimulationStore store)
    {
        var simulation = store.Find(id).Simulation;
        var snapshot = simulation.Snapshot;
        return new SimulatedState(id, true, simulation.NowMs, ClusterAnswer.Of(snapshot, supervised: true, lease: null), PastConvergence.Of(snapshot));
    }

    private static IResult Recording(string id, SimulationStore store)
    {
        var (tape, elements) = store.Find(id).Simulation.Place;
        var file = new MemoryStream();
        RecordingStretch.Write(file, tape, new RecordingHeader($"simulation-{id}", tape.First!.Value.Utc, Recorder.Program, $"simulation {id}", Follows: ""), 0, elements, Recorder.KeyframeEvents);
        file.Position = 0;
        return Results.File(file, "application/octet-stream", $"kvlab-simulation-{id}.kvrec");
    }

    private static IResult Delete(string id, SimulationStore store)
    {
        store.Delete(id);
        return Results.NoContent();
    }
}

public sealed record SimulationBody(int? Followers, int? Seed, LiveSettingsPatch? Settings, SimulationBug? Bug, string? Story, ExperimentPlan? Plan, string? Recording, double? At, double? For, string? Path);

public sealed record StepBody(int? Choice, string? Do, double? Until, int? Undo, int? Redo, int? Branch);

public sealed record SimulationRow(string Id, DateTimeOffset UsedAt);

/// <param name="At">Steps from the beginning to where it stands.</param>
/// <param name="Steps">Of the whole path; more than <paramref name="At"/> after going back.</param>
/// <param name="Path">Plan and path up to where it stands, as POST takes it, and the page in its address.</param>
/// <param name="Origin">The recording and the moment from which it goes on; null where it began by itself.</param>
/// <param name="Said">What came of the last command, such as a read; null where nothing came of it yet.</param>
public sealed record SimulationAnswer(string Id, int At, int Steps, double NowMs, IReadOnlyList<Choice> Enabled, IReadOnlyList<BranchRow> Branches, string Path, string? Said, string? Origin)
{
    internal static SimulationAnswer Of(SimulationRoom room)
    {
        var simulation = room.Simulation;
        return new SimulationAnswer(room.Id, simulation.At, simulation.Steps, simulation.NowMs, simulation.Enabled,
            [.. simulation.Branches.Select((b, i) => new BranchRow(i, b.At, b.Path.Count))], simulation.Link, simulation.Said, simulation.Plan.Origin);
    }
}

/// <param name="At">So many steps it has in common with the path of now.</param>
public sealed record BranchRow(int Index, int At, int Steps);

/// <param name="Simulated">Always true: no node ran.</param>
public sealed record SimulatedState(string Simulation, bool Simulated, double NowMs, ClusterAnswer Cluster, ConvergenceReport Convergence);
