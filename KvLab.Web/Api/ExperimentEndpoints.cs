using System.Text;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Web.Api.Requests;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Csv;
using KvLab.Web.Experiments;
using KvLab.Web.Pictures;
using KvLab.Web.Problems;
using KvLab.Web.Reports;
using Microsoft.AspNetCore.Http.Features;

namespace KvLab.Web.Api;

/// <summary>Experiments for scripts: start one, watch it, take its numbers, figures and report home.</summary>
internal static class ExperimentEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/experiments").WithTags("Experiments");
        api.MapGet("", (ExperimentService experiments) => experiments.List()).WithSummary("All stored runs, newest first.");
        api.MapGet("/presets", () => Presets.All).WithSummary("The built-in plans.");
        api.MapPost("", StartAsync).Accepts<ExperimentPlan>("application/json").Produces<RunView>(202).Refuses(409, 503)
            .WithSummary("Starts an experiment: a preset and/or any field of a plan. One runs at a time; those with \"simulate\": true run in virtual time, beside everything else.");
        api.MapPost("/estimate", EstimateAsync).Accepts<ExperimentPlan>("application/json").Refuses(503).WithSummary("How long a plan will take, in seconds.");
        api.MapPost("/import", ImportAsync).Produces<RunView>(201).Refuses(413, 503, 507).WithSummary("Adds a run that was exported as JSON, of at most 128 MiB.");
        api.MapGet("/{id}.csv", (string id, ExperimentService experiments) => Csv(Find(experiments, id), "points", RunCsv.Points)).Refuses(404)
            .WithSummary("One row per point.");
        api.MapGet("/{id}/samples.csv", (string id, ExperimentService experiments) => Csv(Find(experiments, id), "samples", RunCsv.Samples)).Refuses(404)
            .WithSummary("One row per measured write, raw.");
        api.MapGet("/{id}/export", (string id, ExperimentService experiments) => Results.File(RunFile.Write(Find(experiments, id)), "application/json", $"{id}.kvlab.json")).Refuses(404)
            .WithSummary("The whole run with its raw samples as one file.");
        api.MapGet("/{id}/report", Report).Produces<string>(200, "text/html").Refuses(404).WithSummary("The report as one self-contained HTML file. paper: A4 or Letter; download=true for a file.");
        api.MapPost("/{id}/report", ReportWithWordsAsync).Accepts<ReportRequest>("application/json").Produces<string>(200, "text/html").Refuses(404)
            .WithSummary("The same with your own words: title, author, members, course, labels of the runs, hypothesis, method, answers to the guiding questions, conclusion (the longer ones as Markdown), a choice of figures, and pictures by id (/api/pictures).");
        api.MapGet("/{id}/figures/{figure}.svg", FigureSvgAnswer).Produces<string>(200, "image/svg+xml").Refuses(404).WithSummary("One figure as SVG.");
        api.MapGet("/{id}/figures/{figure}.csv", FigureCsv).Produces<string>(200, "text/csv").Refuses(404).WithSummary("One figure's numbers.");
        api.MapGet("/compare.svg", Compare).Produces<string>(200, "image/svg+xml").Refuses(404).WithSummary("Two runs in one figure: left and right are their ids.");
        api.MapGet("/compare.csv", CompareCsv).Produces<string>(200, "text/csv").Refuses(404).WithSummary("The numbers of that figure.");
        api.MapGet("/{id}", (string id, ExperimentService experiments) => RunView.Of(Find(experiments, id))).Produces<RunView>().Refuses(404);
        api.MapPatch("/{id}", RenameAsync).Produces<RunView>().Refuses(404, 409).WithSummary("Renames a run: {\"name\": …}.");
        api.MapDelete("/{id}", Delete).Produces(204).Refuses(404, 409);
        api.MapPost("/{id}/pause", (string id, HttpRequest request, ExperimentService experiments) => ActAsync(request, experiments, id, experiments.Pause)).Produces<RunView>().Refuses(404, 409);
        api.MapPost("/{id}/resume", (string id, HttpRequest request, ExperimentService experiments) => ActAsync(request, experiments, id, experiments.Resume)).Produces<RunView>().Refuses(404, 409);
        api.MapPost("/{id}/cancel", (string id, HttpRequest request, ExperimentService experiments) => ActAsync(request, experiments, id, experiments.Cancel)).Produces<RunView>().Refuses(404, 409)
            .WithSummary("Cancels a run; what was measured until then is kept.");
    }

    private static async Task<IResult> StartAsync(HttpRequest request, ExperimentService experiments, CancellationToken cancellation)
    {
        var plan = await StrictBody.ReadAsync(request, PlanReader.Read);
        var run = await experiments.StartAsync(plan, cancellation);
        return Results.Accepted($"{request.PathBase}/api/experiments/{run.Id}", RunView.Of(run));
    }

    private static async Task<IResult> EstimateAsync(HttpRequest request, ExperimentService experiments, CancellationToken cancellation)
    {
        var plan = await StrictBody.ReadAsync(request, PlanReader.Read);
        var errors = plan.Validate(await experiments.FollowersAsync(cancellation));
        if (errors.Count > 0) throw new CommandException(400, string.Join(" ", errors.Select(e => e.Message)), errors);
        return Results.Ok(new { seconds = (await experiments.EstimateAsync(plan, cancellation)).TotalSeconds, points = plan.PointCount });
    }

    private static async Task<IResult> ImportAsync(HttpRequest request, ExperimentService experiments, CancellationToken cancellation)
    {
        // The server's own limit is lower; what is written here and in docs/experiments.md holds.
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = RunFile.Largest + 1L;
        if (request.ContentLength > RunFile.Largest) throw TooLarge();
        using var bytes = new MemoryStream((int)(request.ContentLength ?? 0));
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellation)) > 0)
        {
            bytes.Write(chunk, 0, read);
            if (bytes.Length > RunFile.Largest) throw TooLarge();
        }

        var run = experiments.Import(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        return Results.Created($"{request.PathBase}/api/experiments/{run.Id}", RunView.Of(run));

        static CommandException TooLarge() => new(413, RunFile.TooLarge, [new("file", RunFile.TooLarge)]);
    }

    private static IResult Report(string id, HttpRequest request, ExperimentService experiments)
    {
        var query = new StrictQuery(request, "paper", "download");
        var paper = query.Text("paper") ?? "A4";
        query.ThrowIfWrong();
        CheckPaper(paper);
        var html = ReportBuilder.Build(new ReportRequest { Runs = [id], Paper = paper }, [Find(experiments, id)]);
        return request.Query["download"] == "true" ? Text(html, "text/html", $"{id}-report.html") : Results.Content(html, "text/html; charset=utf-8", Encoding.UTF8);
    }

    private static async Task<IResult> ReportWithWordsAsync(string id, HttpRequest request, ExperimentService experiments, PictureStore pictures)
    {
        var words = await StrictBody.ReadAsync(request, ReportRequestReader.Read);
        var runs = words.Runs.Count == 0 ? [id] : words.Runs;
        var seen = words.Pictures.Select(p => pictures.Find(p) ?? throw new CommandException(404, $"There is no picture {p}.", [new("pictures", $"There is no picture {p}.")])).ToList();
        var whole = words with { Runs = runs };
        return Results.Content(ReportBuilder.Build(whole, ReportContents.Of(whole, [.. runs.Select(r => Find(experiments, r))], seen)), "text/html; charset=utf-8", Encoding.UTF8);
    }

    private static void CheckPaper(string paper)
    {
        if (paper is not ("A4" or "Letter")) throw new CommandException(400, $"paper must be A4 or Letter, but is {paper}.", [new("paper", $"paper must be A4 or Letter, but is {paper}.")]);
    }

    private static IResult FigureSvgAnswer(string id, string figure, ExperimentService experiments) =>
        Results.Content(FigureSvg.Draw(FindFigure(Find(experiments, id), figure)), "image/svg+xml", Encoding.UTF8);

    private static IResult FigureCsv(string id, string figure, ExperimentService experiments) => Csv(Find(experiments, id), figure, run => FindFigure(run, figure).ToTable().ToCsv());

    private static IResult Compare(HttpRequest request, ExperimentService experiments) =>
        Results.Content(FigureSvg.Draw(Comparison(request, experiments)), "image/svg+xml", Encoding.UTF8);

    private static Figure Comparison(HttpRequest request, ExperimentService experiments)
    {
        var query = new StrictQuery(request, "left", "right");
        var (left, right) = (query.Text("left") ?? "", query.Text("right") ?? "");
        query.ThrowIfWrong();
        return RunFigures.Comparison(Find(experiments, left), Find(experiments, right));
    }

    private static IResult CompareCsv(HttpRequest request, ExperimentService experiments) =>
        Text(Comparison(request, experiments).ToTable().ToCsv(), "text/csv", "comparison.csv");

    private static async Task<RunView> RenameAsync(string id, HttpRequest request, ExperimentService experiments)
    {
        var name = await StrictBody.ReadAsync(request, fields =>
        {
            fields.AllowOnly("name");
            return fields.RequiredText("name");
        });
        experiments.Rename(id, name);
        return RunView.Of(Find(experiments, id));
    }

    private static IResult Delete(string id, ExperimentService experiments)
    {
        experiments.Delete(id);
        return Results.NoContent();
    }

    private static async Task<RunView> ActAsync(HttpRequest request, ExperimentService experiments, string id, Action<string> act)
    {
        await StrictBody.RequireEmptyAsync(request);
        act(id);
        return RunView.Of(Find(experiments, id));
    }

    private static Figure FindFigure(ExperimentRun run, string figure)
    {
        var figures = RunFigures.All(run);
        return figures.FirstOrDefault(f => f.Id == figure)
            ?? throw new CommandException(404, $"Run {run.Id} has no figure {figure}; it has {(figures.Count == 0 ? "none yet" : string.Join(", ", figures.Select(f => f.Id)))}.");
    }

    private static ExperimentRun Find(ExperimentService experiments, string id) =>
        experiments.Find(id) ?? throw new CommandException(404, $"There is no experiment {id}.");

    private static IResult Text(string text, string type, string fileName) => Results.File(Encoding.UTF8.GetBytes(text), $"{type}; charset=utf-8", fileName);

    private static IResult Csv(ExperimentRun run, string what, Func<ExperimentRun, string> rows) => Text(rows(run), "text/csv", RunCsv.Named(run, what));
}
