using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Nodes.Member;

namespace KvLab.Nodes.Endpoints;

/// <summary>What is wrong on purpose: <c>/internal/faults</c> of the node itself, and <c>/internal/links</c> from it to its followers, now or when it leads.</summary>
internal sealed class OwnFaultEndpoints(Node node, ClusterToken token)
{
    public const string FaultsPath = "/internal/faults";
    private const string LinksPath = "/internal/links";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(FaultsPath, token.Guard(AnswerFaultsAsync));
        routes.MapPut(FaultsPath, token.Guard(ChangeFaultsAsync));
        routes.MapGet(LinksPath, token.Guard(AnswerLinksAsync));
        routes.MapPut(LinksPath, token.Guard(ChangeLinksAsync));
    }

    /// <summary>A frozen node holds every request until it thaws, but for the one that can thaw it.</summary>
    public Task HoldWhileFrozenAsync(HttpContext context, RequestDelegate next) =>
        node.Faults.IsFrozen && context.Request.Path != FaultsPath ? HoldAsync(context, next) : next(context);

    private async Task HoldAsync(HttpContext context, RequestDelegate next)
    {
        await node.Faults.WhenThawedAsync(context.RequestAborted);
        await next(context);
    }

    private async Task ChangeFaultsAsync(HttpContext context)
    {
        using (var body = await JsonBody.ReadAsync(context))
        {
            var fields = body.Fields(new FieldErrors());
            fields.AllowOnly("slowMs", "clockSkewMs", "frozen");
            var (slowMs, clockSkewMs, frozen) = (fields.Number("slowMs"), fields.Long("clockSkewMs", long.MinValue), fields.Bool("frozen"));
            var given = new NodeFaults { SlowMs = slowMs ?? 0, ClockSkewMs = clockSkewMs ?? 0 };
            foreach (var error in given.Validate()) fields.Add(error.Field, error.Message[(error.Field.Length + 1)..]);
            fields.ThrowIfWrong();
            node.Faults.Change(now => new NodeFaults
            {
                SlowMs = slowMs ?? now.SlowMs,
                ClockSkewMs = clockSkewMs ?? now.ClockSkewMs,
                Frozen = frozen ?? now.Frozen,
            });
        }

        await AnswerFaultsAsync(context);
    }

    private Task AnswerFaultsAsync(HttpContext context) => context.AnswerAsync(node.Faults.Now, AnswerJson.Readable.NodeFaults);

    private async Task ChangeLinksAsync(HttpContext context)
    {
        using (var body = await JsonBody.ReadAsync(context))
        {
            var errors = new FieldErrors();
            var fields = body.Fields(errors);
            fields.AllowOnly("links");
            var links = new List<KeyValuePair<string, LinkFaults>>();
            var named = new HashSet<string>(StringComparer.Ordinal);
            foreach (var link in fields.RequiredObjects("links"))
            {
                link.AllowOnly("follower", "faults");
                var follower = link.RequiredText("follower");
                if (!named.Add(follower)) link.Add("follower", $"names {follower} a second time.");
                if (!link.Has("faults")) link.Add("faults", "is missing.");
                else if (link.Object("faults") is { } faults) links.Add(new(follower, LinkFaults.Read(faults)));
            }

            fields.ThrowIfWrong();
            var refused = node.Replica.SetLinks(links);
            if (refused.Count > 0) throw ProblemException.BadFields(refused);
        }

        await AnswerLinksAsync(context);
    }

    private Task AnswerLinksAsync(HttpContext context) => context.AnswerAsync(new OwnLinksAnswer(node.Replica.Links), AnswerJson.Readable.OwnLinksAnswer);
}
