using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Nodes.Configuration;

namespace KvLab.Nodes.Endpoints;

/// <summary>How the supervisor decides who leads: <c>POST /internal/promote</c> and <c>POST /internal/step-down</c>.</summary>
internal sealed class ReignEndpoints(Node node, ClusterToken token)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/internal/promote", token.Guard(PromoteAsync));
        routes.MapPost("/internal/step-down", token.Guard(StepDownAsync));
    }

    private async Task PromoteAsync(HttpContext context)
    {
        var (followers, settings, patience) = await ReadAsync(context);
        try
        {
            // Not the request's token: a reign that has begun is not given up because somebody stopped waiting for the answer.
            var report = await node.Replica.PromoteAsync(settings, followers, patience);
            await context.AnswerAsync(report, AnswerJson.Readable.ReignReport);
        }
        catch (ReignException refused)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, refused.Message);
        }
    }

    private async Task<(IReadOnlyList<Peer> Followers, LiveSettings Settings, TimeSpan Patience)> ReadAsync(HttpContext context)
    {
        using var body = await JsonBody.ReadAsync(context);
        var errors = new FieldErrors();
        var fields = body.Fields(errors);
        fields.AllowOnly("followers", "settings", "patienceMs");
        var followers = FollowerList.Check(FollowerList.Read(fields), "followers", errors);
        var patience = TimeSpan.FromMilliseconds(fields.Long("patienceMs", 0, 600_000) ?? node.Options.RecoveryTimeout.TotalMilliseconds);
        var patch = fields.Has("settings") && fields.Object("settings") is { } given ? LiveSettingsPatch.Read(given) : new LiveSettingsPatch();
        fields.ThrowIfWrong();
        var settings = patch.ApplyTo(node.Options.Settings);
        var refused = settings.Validate(followers.Length);
        if (refused.Count > 0) throw ProblemException.BadFields(refused);
        return (followers, settings, patience);
    }

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
