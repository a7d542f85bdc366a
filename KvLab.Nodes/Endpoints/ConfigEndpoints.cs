using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Replication;

namespace KvLab.Nodes.Endpoints;

/// <summary><c>GET</c> and <c>PATCH /config</c>: the live settings. A patch changes all that it names, or nothing.</summary>
internal sealed class ConfigEndpoints(Node node, ClusterToken token)
{
    private const string Path = "/config";

    private static readonly string[] Settings =
    [
        "writeQuorum", "minDelayMs", "maxDelayMs", "distribution", "seed", "replicationTimeoutMs", "versioning", "delivery", "onShortfall",
    ];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, AnswerAsync);
        routes.MapPatch(Path, token.Guard(PatchAsync));
    }

    private async Task PatchAsync(HttpContext context)
    {
        using (var body = await JsonBody.ReadAsync(context))
        {
            var fields = body.Fields(new FieldErrors());
            if (node.Leader is { } leader) Change(leader, fields);
            else Change(node.Follower!, fields);
        }

        await AnswerAsync(context);
    }

    private static void Change(Leader leader, JsonFields fields)
    {
        fields.AllowOnly(Settings);
        var patch = new LiveSettingsPatch
        {
            WriteQuorum = fields.Int("writeQuorum"),
            MinDelayMs = fields.Number("minDelayMs"),
            MaxDelayMs = fields.Number("maxDelayMs"),
            Distribution = fields.Choice<DelayDistribution>("distribution"),
            Seed = fields.Long("seed", long.MinValue),
            ReplicationTimeoutMs = fields.Int("replicationTimeoutMs"),
            Versioning = fields.Choice<VersioningMode>("versioning"),
            Delivery = fields.Choice<Delivery>("delivery"),
            OnShortfall = fields.Choice<OnShortfall>("onShortfall"),
        };
        fields.ThrowIfWrong();
        var errors = leader.Change(patch);
        if (errors.Count > 0) throw ProblemException.BadFields(errors);
    }

    private static void Change(Follower follower, JsonFields fields)
    {
        foreach (var name in fields.Names)
            if (name != "versioning" && Settings.Contains(name)) fields.Add(name, "belongs to the leader and is changed there; a follower has versioning only.");
        fields.AllowOnly(Settings);
        var versioning = fields.Choice<VersioningMode>("versioning");
        fields.ThrowIfWrong();
        if (versioning is { } mode) follower.Versioning = mode;
    }

    private Task AnswerAsync(HttpContext context) => node.Leader is { } leader
        ? context.AnswerAsync(LeaderConfigAnswer.Of(leader.Settings, leader.Followers.Length), AnswerJson.Readable.LeaderConfigAnswer)
        : context.AnswerAsync(new FollowerConfigAnswer(node.Follower!.Versioning), AnswerJson.Readable.FollowerConfigAnswer);
}
