using KvLab.Core.Observation.Series;
using KvLab.Core.Replication;
using KvLab.Web.Api.Requests;
using KvLab.Web.Commands;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;
using KvLab.Web.Runs;

namespace KvLab.Web.Api;

/// <summary>Writes: one, three out of order, or a burst of many.</summary>
internal static class LoadEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api").WithTags("Writes");
        api.MapPost("/writes", WriteAsync).Accepts<WriteBody>("application/json").Produces<WriteAnswer>().Refuses(409, 413, 503)
            .WithSummary("Sends one write to the leader and returns its answer; 503 with the same body if W is not reached and onShortfall is error.");
        api.MapGet("/writes", (HttpRequest request, IClusterState state) => Writes(request, state)).Produces<IReadOnlyList<WriteRow>>().Refuses()
            .WithSummary("The latest writes, newest first, with the outcome of each at every follower. limit: 1 … 500, default 100.");
        api.MapPost("/demos/out-of-order", DemoAsync).Accepts<OutOfOrderBody>("application/json").Produces<OutOfOrderDemo>().Refuses(404, 409, 503)
            .WithSummary("Three writes of one key that reach one follower as 3, 1, 2.");
        api.MapPost("/bursts", StartBurstAsync).Accepts<BurstPlan>("application/json").Produces<BurstAnswer>(202).Refuses(409, 503)
            .WithSummary("Starts a burst: writes 1 … 1,000,000, concurrency 1 … 200, keys 1 … 100,000. reads: the share of reads among all reads and writes, 0 … 0.9; they come in addition to the writes, each from a node (from) or from r followers.");
        api.MapGet("/bursts", (IClusterCommands commands) => commands.Bursts.Select(BurstAnswer.Of)).Produces<IReadOnlyList<BurstAnswer>>()
            .WithSummary("The latest bursts, newest first.");
        api.MapGet("/bursts/{id}", (string id, IClusterCommands commands) => BurstAnswer.Of(Find(commands, id))).Produces<BurstAnswer>().Refuses(404);
        api.MapPost("/bursts/{id}/cancel", CancelAsync).Produces<BurstAnswer>().Refuses(404);
        api.MapDelete("/bursts/{id}", CancelAsync).Produces<BurstAnswer>().Refuses(404).WithSummary("Cancels, like POST …/cancel.");
    }

    private static async Task<IResult> WriteAsync(HttpRequest request, IClusterCommands commands, CancellationToken cancellation)
    {
        var body = await StrictBody.ReadAsync(request, fields =>
        {
            fields.AllowOnly("key", "value");
            return new WriteBody(fields.Key(), fields.Value());
        });
        var answer = await commands.WriteAsync(body.Key, body.Value, cancellation);
        return Results.Json(answer, statusCode: answer.HttpStatus);
    }

    private static WriteRow[] Writes(HttpRequest request, IClusterState state)
    {
        var query = new StrictQuery(request, "limit");
        var limit = query.Int("limit", 100, 1, StateLimits.Writes);
        query.ThrowIfWrong();
        var snapshot = state.Current;
        return [.. snapshot.Writes.Take(limit).Select(w => WriteRow.Of(w, snapshot.Explain))];
    }

    private static async Task<OutOfOrderDemo> DemoAsync(HttpRequest request, IClusterCommands commands, CancellationToken cancellation)
    {
        var follower = await StrictBody.ReadOptionalAsync(request, fields =>
        {
            fields.AllowOnly("follower");
            return fields.Text("follower");
        }, without: null);
        return await commands.OutOfOrderDemoAsync(follower, cancellation);
    }

    private static async Task<IResult> StartBurstAsync(HttpRequest request, IClusterCommands commands)
    {
        var plan = await StrictBody.ReadAsync(request, fields =>
        {
            fields.AllowOnly("writes", "concurrency", "keys", "reads", "from", "r");
            return new BurstPlan(
                (int)fields.RequiredLong("writes", 1, BurstStarter.MostWrites),
                (int)fields.RequiredLong("concurrency", 1, BurstStarter.MostConcurrency),
                (int)fields.RequiredLong("keys", 1, BurstStarter.MostKeys))
            {
                Reads = fields.Number("reads") ?? 0,
                From = fields.Text("from"),
                R = (int?)fields.Long("r", 1, QuorumTracker.MaxFollowers),
            };
        });
        var burst = commands.StartBurst(plan);
        return Results.Accepted($"{request.PathBase}/api/bursts/{burst.Id}", BurstAnswer.Of(burst));
    }

    private static async Task<BurstAnswer> CancelAsync(string id, HttpRequest request, IClusterCommands commands)
    {
        await StrictBody.RequireEmptyAsync(request);
        var known = Find(commands, id);
        commands.CancelBurst(known.Id);
        return BurstAnswer.Of(Find(commands, id));
    }

    private static Burst Find(IClusterCommands commands, string id) =>
        commands.FindBurst(id) ?? throw new CommandException(StatusCodes.Status404NotFound, $"There is no burst {id}; only the latest {RunSort.Burst.Remembered} are kept.");
}
