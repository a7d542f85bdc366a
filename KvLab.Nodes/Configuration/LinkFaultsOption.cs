using System.Collections.Immutable;
using System.Text;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Nodes.Configuration;

/// <summary><c>LINK_FAULTS</c>: faults by follower as JSON, <c>{"follower-1":{"mode":"swallow"}}</c>, so that a leader meets them with its first question already.</summary>
internal static class LinkFaultsOption
{
    private const string Name = "LINK_FAULTS";

    /// <param name="followers">Those of a leader; a follower is not told whom it would lead.</param>
    public static ImmutableArray<KeyValuePair<string, LinkFaults>> Read(OptionValues values, NodeRole role, IReadOnlyList<Peer> followers)
    {
        if (values.Text(Name) is not { } text) return [];
        var errors = new FieldErrors();
        using var document = JsonObjectText.Parse(Encoding.UTF8.GetBytes(text), errors);
        if (document is null) return Refuse();
        var fields = new JsonFields(document.RootElement, errors);
        var links = ImmutableArray.CreateBuilder<KeyValuePair<string, LinkFaults>>();
        foreach (var follower in fields.Names)
        {
            if (role == NodeRole.Leader && followers.All(f => f.Id != follower)) fields.Add(follower, "names no follower.");
            if (fields.Object(follower) is not { } link) continue;
            var faults = LinkFaults.Read(link);
            foreach (var error in faults.Validate()) errors.Add(error.Field, error.Message);
            links.Add(new(follower, faults));
        }

        return errors.All.Count == 0 ? links.ToImmutable() : Refuse();

        ImmutableArray<KeyValuePair<string, LinkFaults>> Refuse()
        {
            values.Errors.Add(Name, $"{Name} must be faults by follower as JSON, such as {{\"follower-1\":{{\"mode\":\"swallow\"}}}}: {string.Join(" ", errors.All.Select(e => e.Message))}");
            return [];
        }
    }
}
