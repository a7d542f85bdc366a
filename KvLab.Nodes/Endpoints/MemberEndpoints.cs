using KvLab.Core.Configuration;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Member;

namespace KvLab.Nodes.Endpoints;

/// <summary>What the dashboard needs beside the seed's calls: reset, the leader's list of followers, how far everything is, and what its machine's clock shows.</summary>
internal sealed class MemberEndpoints(Node node, ClusterToken token)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/clear", token.Guard(ClearAsync));
        routes.MapPut("/internal/followers", token.Guard(ChangeFollowersAsync));
        routes.MapGet("/internal/status", token.Guard(StatusAsync));
        routes.MapGet("/internal/clock", token.Guard(context => context.AnswerAsync(node.Now, AnswerJson.Readable.MachineClock)));
    }

    private async Task ClearAsync(HttpContext context)
    {
        await JsonBody.RequireEmptyAsync(context);
        var (leader, follower) = node.Replica.Role;
        await (leader?.ClearAsync() ?? follower!.ClearAsync());
        await context.AnswerAsync(new ClearAnswer("success", node.Id), AnswerJson.Readable.ClearAnswer);
    }

    private async Task ChangeFollowersAsync(HttpContext context)
    {
        if (node.Leader is not { } leader)
            throw NotLeading.Of(node, "has a list of followers", "/internal/followers");

        using (var body = await JsonBody.ReadAsync(context))
        {
            var errors = new FieldErrors();
            var fields = body.Fields(errors);
            fields.AllowOnly("followers");
            var entries = FollowerList.Read(fields);
            fields.ThrowIfWrong();
            var followers = FollowerList.Check(entries, "followers", errors);
            fields.ThrowIfWrong();
            var refused = leader.ChangeFollowers(followers);
            if (refused.Count > 0) throw ProblemException.BadFields(refused);
        }

        await context.AnswerAsync(new FollowersAnswer([.. leader.Followers]), AnswerJson.Readable.FollowersAnswer);
    }

    private Task StatusAsync(HttpContext context)
    {
        var status = node.Leader?.Status;
        var answer = new StatusAnswer(
            node.Id, node.RoleName, status?.Quiescent ?? true, status?.WritesInFlight ?? 0, status?.PendingDeliveries ?? 0,
            [.. (status?.Followers ?? []).Select(p => new FollowerStatusAnswer(
                p.Id, p.Url, p.Pending, p.NewestAcked.Epoch, p.NewestAcked.Counter, p.Acked, p.Superseded, p.FailedAttempts, p.Abandoned, p.LastFailure))],
            node.Replica.Repairs,
            node.Telemetry?.Status);
        return context.AnswerAsync(answer, AnswerJson.Readable.StatusAnswer);
    }
}
