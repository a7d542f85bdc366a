using KvLab.Core.Chaos;
using KvLab.Core.Scenarios;
using KvLab.Web.Api.Requests;
using KvLab.Web.Scenarios;

namespace KvLab.Web.Api;

/// <summary>Scenarios and chaos runs for scripts: read the library, play one or one's own text, watch it.</summary>
internal static class ScenarioEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var scenarios = routes.MapGroup("/api/scenarios").WithTags("Scenarios");
        scenarios.MapGet("", () => ScenarioLibrary.All.Select(ScenarioAnswer.Of)).Produces<IReadOnlyList<ScenarioAnswer>>().WithSummary("The library, each with its text.");
        scenarios.MapPost("", StartAsync).Accepts<ScenarioBody>("application/json").Produces<ScenarioRun>(202).Refuses(404, 409)
            .WithSummary("Plays a scenario of the library (\"name\") or your own (\"text\"). Deletes all data first. One runs at a time. With \"simulate\": true it plays in the simulator, in virtual time, beside everything else; the live cluster is not changed, and \"seed\" (default 1) decides every random choice.");
        scenarios.MapGet("/runs", (ScenarioService service) => service.Scenarios.All).Produces<IReadOnlyList<ScenarioRun>>().WithSummary("The latest runs, newest first.");
        scenarios.MapGet("/runs/{id}", (string id, ScenarioService service) => service.Scenarios.Get(id)).Produces<ScenarioRun>().Refuses(404)
            .WithSummary("Every step with its state and its result.");
        scenarios.MapPost("/runs/{id}/cancel", CancelAsync).Produces(204).Refuses(404, 409).WithSummary("Cancels a run. The leader, the settings and the failover rule are as before, and all nodes and links are healthy; the data that the run deleted is not restored.");

        var chaos = routes.MapGroup("/api/chaos").WithTags("Chaos");
        chaos.MapPost("", StartChaosAsync).Accepts<ChaosOptions>("application/json").Produces<ChaosReport>(202).Refuses(409)
            .WithSummary("Sets random faults, drawn from a seed, under load; then heals, waits and checks. faults 1 … 2,000, seed, clients, keys, writeQuorum (default N), gapMs. Deletes all data first.");
        chaos.MapGet("", (ScenarioService service) => service.Chaos.All).Produces<IReadOnlyList<ChaosReport>>().WithSummary("The latest chaos runs, newest first.");
        chaos.MapGet("/{id}", (string id, ScenarioService service) => FindChaos(service, id)).Produces<ChaosReport>().Refuses(404).WithSummary("What was done so far and, at the end, which guarantees held.");
        chaos.MapGet("/{id}.txt", (string id, ScenarioService service) => FindChaos(service, id).ToText()).Produces<string>(200, "text/plain").Refuses(404).WithSummary("The report as text.");
        chaos.MapPost("/{id}/cancel", CancelChaosAsync).Produces(204).Refuses(404, 409).WithSummary("Cancels a run. The leader, the settings and the failover rule are as before, and all nodes and links are healthy; the data that the run deleted is not restored.");
    }

    private static async Task<IResult> StartAsync(HttpRequest request, ScenarioService service)
    {
        var scenario = await StrictBody.ReadAsync(request, fields =>
        {
            fields.AllowOnly("name", "text", "simulate", "seed");
            var (name, text) = (fields.Text("name"), fields.Text("text"));
            if (name is null == text is null && fields.Errors.Count == 0) fields.Add("name", "or text must be given, but not both.");
            var (simulate, seed) = (fields.Bool("simulate") ?? false, fields.Long("seed", long.MinValue));
            if (seed is not null && !simulate) fields.Add("seed", "is for a simulated run: \"simulate\": true.");
            return (Name: name, Text: text, Simulate: simulate, Seed: seed);
        });
        var story = scenario.Name is { } known ? ScenarioService.Find(known) : ScenarioService.Read(scenario.Text!);
        var run = scenario.Simulate ? service.Simulate(story, scenario.Seed ?? 1) : service.Start(story);
        return Results.Accepted($"{request.PathBase}/api/scenarios/runs/{run.Id}", run);
    }

    private static async Task<IResult> StartChaosAsync(HttpRequest request, ScenarioService service)
    {
        var report = service.Start(await StrictBody.ReadAsync(request, ChaosOptions.Read));
        return Results.Accepted($"{request.PathBase}/api/chaos/{report.Id}", report);
    }

    private static async Task<IResult> CancelAsync(string id, HttpRequest request, ScenarioService service)
    {
        await StrictBody.RequireEmptyAsync(request);
        service.Scenarios.Cancel(id);
        return Results.NoContent();
    }

    private static async Task<IResult> CancelChaosAsync(string id, HttpRequest request, ScenarioService service)
    {
        await StrictBody.RequireEmptyAsync(request);
        service.Chaos.Cancel(id);
        return Results.NoContent();
    }

    private static ChaosReport FindChaos(ScenarioService service, string id) => service.Chaos.Get(id);
}

/// <param name="Name">Of the library; or</param>
/// <param name="Text">one's own.</param>
/// <param name="Simulate">In virtual time instead of on the nodes.</param>
/// <param name="Seed">The seed of every random choice in the simulator; 1 by default.</param>
public sealed record ScenarioBody(string? Name, string? Text, bool? Simulate = null, long? Seed = null);

public sealed record ScenarioAnswer(string Name, string Title, string Summary, int Steps, int Expectations, string Text)
{
    internal static ScenarioAnswer Of(Scenario s) => new(s.Name, s.Title, s.Summary, s.Steps.Count, s.Steps.Count(step => step.IsExpectation), s.Text);
}
