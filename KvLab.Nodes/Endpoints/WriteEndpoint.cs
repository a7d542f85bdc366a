using KvLab.Core.Members;
using KvLab.Core.Configuration;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Nodes.Member;

namespace KvLab.Nodes.Endpoints;

/// <summary><c>POST /write</c>: the client's way in, on the leader only.</summary>
internal sealed class WriteEndpoint(Node node)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/write", WriteAsync);

    private async Task WriteAsync(HttpContext context)
    {
        if (node.Leader is not { } leader)
            throw NotLeading.Of(node, "accepts writes", "/write");
        if (node.Phase != MemberPhase.Ready) throw NotReady();

        var (key, value, delaysMs) = await ReadAsync(context, leader);
        await node.Faults.SlowDownAsync(context.RequestAborted);
        // As of the write's start, like every other setting that it keeps.
        var onShortfall = leader.Settings.OnShortfall;
        WriteResult result;
        try
        {
            result = await leader.WriteAsync(key, value, delaysMs, context.RequestAborted);
        }
        catch (LeaderStoppedException stopped)
        {
            throw node.Phase == MemberPhase.Ready
                ? NotLeading.AnyMore(node, stopped.Message)
                : NotReady();
        }

        var shortfall = result.Status == WriteStatus.PartialSuccess && onShortfall == OnShortfall.Error;
        var answer = new WriteAnswer(result.Status, result.Key, result.Version.Counter, result.Version.Epoch,
            result.Acks, result.Required, Math.Round(result.Elapsed.TotalMilliseconds, 3), result.Note);
        await context.AnswerAsync(answer, AnswerJson.Readable.WriteAnswer, shortfall ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    private static async ValueTask<(string Key, JsonText Value, Dictionary<string, double>? DelaysMs)> ReadAsync(HttpContext context, Leader leader)
    {
        using var body = await JsonBody.ReadAsync(context);
        var fields = body.Fields(new FieldErrors());
        var key = fields.Key();
        var value = fields.Value();
        var delaysMs = fields.Has("delaysMs") ? ReadDelays(fields.Object("delaysMs"), leader) : null;
        fields.ThrowIfWrong();
        return (key, value, delaysMs);
    }

    /// <summary>Lab: chosen delays of the first attempts, so that a demonstration can decide the order of arrivals.</summary>
    private static Dictionary<string, double>? ReadDelays(JsonFields? delays, Leader leader)
    {
        if (delays is null) return null;
        var chosen = new Dictionary<string, double>(StringComparer.Ordinal);
        var followers = leader.Followers;
        foreach (var id in delays.Names)
        {
            if (!followers.Any(f => f.Id == id))
                delays.Add(id, $"names no follower; the followers are {string.Join(", ", followers.Select(f => f.Id))}.");
            else if (delays.Number(id) is { } delayMs)
            {
                if (delayMs is >= 0 and <= LiveSettings.LongestDelayMs) chosen[id] = delayMs;
                else delays.Add(id, $"must be from 0 to {LiveSettings.LongestDelayMs:0} ms, but is {delayMs}.");
            }
        }

        return chosen;
    }

    private ProblemException NotReady() => new(StatusCodes.Status503ServiceUnavailable, node.Phase == MemberPhase.Starting
        ? node.Replica.Waiting is { } hearing ? $"The leader accepts no writes yet. {hearing.Waiting}" : "The leader is starting: it asks its followers what they hold before it accepts writes."
        : "The leader is shutting down and accepts no more writes.")
    { RetryAfterSeconds = 1 };
}
