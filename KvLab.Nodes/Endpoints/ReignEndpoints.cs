using KvLab.Core.Configuration;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Member;

namespace KvLab.Nodes.Endpoints;

/// <summary>How the supervisor decides who leads: <c>POST /internal/promote</c>, <c>/internal/step-down</c> and <c>/internal/recovery/proceed</c>.</summary>
internal sealed class ReignEndpoints(Node node, ClusterToken token)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/internal/promote", token.Guard(PromoteAsync));
        routes.MapPost("/internal/step-down", token.Guard(StepDownAsync));
        routes.MapPost("/internal/recovery/proceed", token.Guard(ProceedAsync));
    }

    private async Task PromoteAsync(HttpContext context)
    {
        var order = await ReadAsync(context);
        try
        {
            // Not the request's token: a reign that has begun is not given up because somebody stopped waiting for the answer.
            var report = await node.Replica.PromoteAsync(order.Settings, order.Followers, order.Patience, order.Past, order.Force);
            await context.AnswerAsync(report, AnswerJson.Readable.ReignReport);
        }
        catch (ReignException refused)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, refused.Message);
        }
    }

    private sealed record Order(IReadOnlyList<Peer> Followers, LiveSettings Settings, TimeSpan Patience, KnownPast Past, bool Force);

    private async Task<Order> ReadAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadAsync(context);
        var errors = new FieldErrors();
        var fields = body.Fields(errors);
        fields.AllowOnly("followers", "settings", "patienceMs", "knownEpoch", "smallestQuorum", "force");
        var followers = FollowerList.Check(FollowerList.Read(fields), "followers", errors);
        var patience = TimeSpan.FromMilliseconds(fields.Long("patienceMs", 0, 600_000) ?? node.Options.RecoveryTimeout.TotalMilliseconds);
        var past = new KnownPast(fields.Long("knownEpoch", 0, InputRules.HighestEpochAfter(node.KnownEpoch)), (int?)fields.Long("smallestQuorum", 0, FollowerList.Longest));
        var force = fields.Bool("force") ?? false;
        var patch = fields.Has("settings") && fields.Object("settings") is { } given ? LiveSettingsPatch.Read(given) : new LiveSettingsPatch();
        fields.ThrowIfWrong();
        var settings = patch.ApplyTo(node.Options.Settings);
        var refused = settings.Validate(followers.Length);
        if (refused.Count > 0) throw ProblemException.BadFields(refused);
        return new Order(followers, settings, patience, past, force);
    }

    /// <summary>The way out for a leader that waits: it goes on, and says what may be lost.</summary>
    private Task ProceedAsync(HttpContext context) => node.Replica.Proceed()
        ? context.AnswerAsync(new ProceedAnswer(node.Id, "proceeding"), AnswerJson.Readable.ProceedAnswer)
        : throw new ProblemException(StatusCodes.Status409Conflict, $"{node.Id} is not waiting for any node.");

    private async Task StepDownAsync(HttpContext context)
    {
        long epoch;
        using (var body = await JsonBody.ReadAsync(context))
        {
            var fields = body.Fields(new FieldErrors());
            fields.AllowOnly("epoch");
            epoch = fields.RequiredLong("epoch", 1, InputRules.HighestEpochAfter(node.KnownEpoch));
            fields.ThrowIfWrong();
        }

        await node.Replica.StepDownAsync(epoch);
        await context.AnswerAsync(new StepDownAnswer(node.Id, node.RoleName, (await node.Replica.HighestAsync()).Epoch), AnswerJson.Readable.StepDownAnswer);
    }
}
