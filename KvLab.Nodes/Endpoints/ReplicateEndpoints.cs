using System.Buffers;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;
using KvLab.Nodes.Member;
using KvLab.Nodes.Transport;

namespace KvLab.Nodes.Endpoints;

/// <summary>How entries reach a follower: one by one as JSON for people, in batches for the leader. Both go through the same <see cref="Follower"/>; a batch of a newer reign makes a leader one.</summary>
internal sealed class ReplicateEndpoints(Node node, ClusterToken token, CancellationToken stopping)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/replicate", token.Guard(ReplicateOneAsync));
        routes.MapPost(HttpReplicaTransport.Path, token.Guard(ReplicateBatchAsync));
        routes.MapGet(HttpReplicaTransport.Path, token.Guard(new ReplicateStream(node, TakeAsync, stopping).ServeAsync));
    }

    private async Task ReplicateOneAsync(HttpContext context)
    {
        var follower = RequireFollower();
        var message = await ReadMessageAsync(context, follower);
        await node.Faults.SlowDownAsync(context.RequestAborted);
        var answer = await follower.ReceiveAsync(message, context.RequestAborted);
        if (answer.Outcome == ReplicateOutcome.Fenced)
            throw ProblemException.BadField("epoch",
                $"epoch {message.Version.Epoch} is over: {node.Id} has seen epoch {answer.Epoch} and refuses messages of an older one.", StatusCodes.Status409Conflict);

        var updated = answer.Outcome == ReplicateOutcome.Applied;
        var result = new ReplicateResult("success", updated,
            updated ? null : answer.Outcome == ReplicateOutcome.Duplicate ? "duplicate" : "stale_version",
            updated ? null : answer.Held.Counter);
        await context.AnswerAsync(result, AnswerJson.Readable.ReplicateResult);
    }

    private static async ValueTask<ReplicateMessage> ReadMessageAsync(HttpContext context, Follower follower)
    {
        var highest = InputRules.HighestEpochAfter(follower.Epoch);
        using var body = await JsonBody.ReadAsync(context);
        var fields = body.Fields(new FieldErrors());
        var message = new ReplicateMessage(
            fields.Key(),
            fields.Value(),
            // By hand people leave the epoch out and mean "now".
            new EntryVersion(fields.Long("epoch", 1, highest) ?? Math.Max(1, follower.Epoch), fields.RequiredLong("version", 1)),
            fields.Long("lamport", 0, InputRules.LargestClock) ?? 0,
            fields.Text("from") ?? "client",
            fields.Choice<VersioningMode>("versioning") ?? follower.Versioning);
        if (InputRules.CheckKey(message.From, "from") is { } sentence) fields.Add("from", sentence["from ".Length..]);
        fields.ThrowIfWrong();
        return message;
    }

    private async Task ReplicateBatchAsync(HttpContext context)
    {
        try
        {
            var answers = await TakeAsync(context.Request, await ReadBatchAsync(context));
            context.Response.ContentType = BatchCodec.ContentType;
            BatchCodec.WriteAnswers(context.Response.BodyWriter, answers);
        }
        catch (FormatException failure)
        {
            throw ProblemException.BadField("body", $"The body is not a batch: {failure.Message}");
        }
    }

    /// <exception cref="FormatException">Its epoch is one that no cluster can have come to.</exception>
    private async ValueTask<ReplicateAnswer[]> TakeAsync(HttpRequest request, ReplicateMessage[] messages)
    {
        var highest = InputRules.HighestEpochAfter(node.KnownEpoch);
        if (Array.Find(messages, m => m.Reign > highest) is { } wrong) throw new FormatException($"A message's epoch must be at most {highest}, but is {wrong.Reign}.");
        // A slow node is slow also for a sender that has given up meanwhile: what reached it is applied.
        await node.Faults.SlowDownAsync(CancellationToken.None);
        var answers = await node.Replica.ReceiveManyAsync(messages, CancellationToken.None);
        // A leader that was replaced and does not know it yet must not be taken for the leader.
        if (Array.Exists(answers, static a => a.Outcome == ReplicateOutcome.Fenced)) token.ForgetLeader(request, node);
        else token.LearnLeader(request, node);
        return answers;
    }

    private static async ValueTask<ReplicateMessage[]> ReadBatchAsync(HttpContext context)
    {
        if (context.Request.ContentLength is not (>= 0 and <= BatchCodec.LongestBatch) || context.Request.ContentLength is not { } length)
            throw new ProblemException(StatusCodes.Status413PayloadTooLarge, $"A batch must state its length, at most {BatchCodec.LongestBatch} bytes.");
        var read = await context.Request.BodyReader.ReadAtLeastAsync((int)length, context.RequestAborted);
        try
        {
            return BatchCodec.ReadMessages(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
        }
        finally
        {
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
        }
    }

    private Follower RequireFollower() => node.Follower
        ?? throw new ProblemException(StatusCodes.Status403Forbidden, $"The node “{node.Id}” is the leader; only followers take replicated entries.");
}
