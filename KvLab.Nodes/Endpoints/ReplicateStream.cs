using System.Buffers;
using System.Text;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Nodes.Member;
using KvLab.Nodes.Transport;
using Microsoft.AspNetCore.Http.Features;

namespace KvLab.Nodes.Endpoints;

/// <summary><c>GET /internal/replicate</c>, upgraded: a leader's connection, over which it sends one batch after the other.</summary>
/// <param name="take">What a batch does to the node; the same as for one that comes by POST.</param>
internal sealed class ReplicateStream(Node node, Func<HttpRequest, ReplicateMessage[], ValueTask<ReplicateAnswer[]>> take, CancellationToken stopping)
{
    public async Task ServeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade || context.Request.Headers.Upgrade != BatchFrames.Protocol)
            throw new ProblemException(StatusCodes.Status426UpgradeRequired, $"Send batches by POST, or over a connection with the header Upgrade: {BatchFrames.Protocol}.");

        context.Response.Headers.Upgrade = BatchFrames.Protocol;
        using var frames = new BatchFrames(await upgrade.UpgradeAsync());
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        try
        {
            while (await AnswerNextAsync(context.Request, frames, ending.Token))
            {
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            // The leader hung up, or this node stops. What was applied stays; the leader asks again.
        }
    }

    /// <returns>False when the leader has hung up, or sent what nobody can read.</returns>
    private async Task<bool> AnswerNextAsync(HttpRequest request, BatchFrames frames, CancellationToken ending)
    {
        try
        {
            var (kind, content) = await frames.ReadAsync(ending);
            if (content is not { } bytes) return false;
            if (kind != FrameKind.Batch) throw new FormatException("A leader sends batches.");
            var messages = BatchCodec.ReadMessages(bytes.Span);
            if (node.Faults.IsFrozen) await node.Faults.WhenThawedAsync(ending);
            var answers = await take(request, messages);
            await frames.WriteAsync(FrameKind.Batch, output => BatchCodec.WriteAnswers(output, answers), ending);
            return true;
        }
        catch (FormatException wrong)
        {
            await TellAsync(frames, FrameKind.Error, wrong.Message, ending);
            return false;
        }
        catch (StoreException failure)
        {
            await TellAsync(frames, FrameKind.StorageFailure, failure.Message, ending);
            return true;
        }
    }

    private static ValueTask TellAsync(BatchFrames frames, FrameKind kind, string sentence, CancellationToken ending) =>
        frames.WriteAsync(kind, output => output.Write(Encoding.UTF8.GetBytes(sentence)), ending);
}
