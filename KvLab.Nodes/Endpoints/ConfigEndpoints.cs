using KvLab.Core.Configuration;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Nodes.Member;

namespace KvLab.Nodes.Endpoints;

/// <summary><c>GET</c> and <c>PATCH /config</c>: the live settings. A patch changes all that it names, or nothing.</summary>
internal sealed class ConfigEndpoints(Node node, ClusterToken token)
{
    private const string Path = "/config";

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
            var (leader, follower) = node.Replica.Role;
            if (leader is not null) await ChangeAsync(leader, fields);
            else Change(follower!, fields);
        }

        await AnswerAsync(context);
    }

    private async Task ChangeAsync(Leader leader, JsonFields fields)
    {
        var patch = LiveSettingsPatch.Read(fields);
        fields.ThrowIfWrong();
        var errors = await node.Replica.ChangeAsync(leader, patch);
        if (errors.Count > 0) throw ProblemException.BadFields(errors);
    }

    private static void Change(Follower follower, JsonFields fields)
    {
        foreach (var name in fields.Names)
            if (name != SettingFields.Versioning.Name && LiveSettingsPatch.FieldNames.Contains(name)) fields.Add(name, "is a setting of the leader; change it there. A follower has only versioning.");
        fields.AllowOnly([.. LiveSettingsPatch.FieldNames]);
        var versioning = fields.Choice<VersioningMode>(SettingFields.Versioning.Name);
        fields.ThrowIfWrong();
        if (versioning is { } mode) follower.Versioning = mode;
    }

    private Task AnswerAsync(HttpContext context)
    {
        var (leader, follower) = node.Replica.Role;
        return leader is not null
            ? context.AnswerAsync(new LeaderConfigAnswer(leader.Settings, leader.Followers.Length), AnswerJson.Readable.LeaderConfigAnswer)
            : context.AnswerAsync(new FollowerConfigAnswer(follower!.Versioning), AnswerJson.Readable.FollowerConfigAnswer);
    }
}
