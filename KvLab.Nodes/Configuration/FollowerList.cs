using System.Collections.Immutable;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Nodes.Configuration;

/// <summary>
/// The rules for a leader's list of followers, the same at start and while it runs: distinct ids, distinct addresses. The same follower twice
/// would count its ack twice and break the quorum.
/// </summary>
public static class FollowerList
{
    public const int Longest = Core.Replication.QuorumTracker.MaxFollowers;
    public const int LongestId = 64;

    /// <summary>Reads <c>url,url</c> or <c>id=url,id=url</c>. Ids default to follower-1, follower-2 … in the order of the list.</summary>
    public static ImmutableArray<Peer> Parse(string text, string field, FieldErrors errors)
    {
        var entries = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var peers = entries.Select((entry, index) =>
        {
            // A URL may hold '=' only behind its scheme, an id never holds ':'.
            var equals = entry.IndexOf('=');
            var scheme = entry.IndexOf("://", StringComparison.Ordinal);
            return equals >= 0 && (scheme < 0 || equals < scheme)
                ? (Id: entry[..equals].Trim(), Url: entry[(equals + 1)..].Trim())
                : (Id: $"follower-{index + 1}", Url: entry);
        });
        return Check([.. peers], field, errors);
    }

    /// <summary>The objects of a request's <c>followers</c>; what is wrong is among the fields' errors.</summary>
    public static List<(string Id, string Url)> Read(JsonFields fields)
    {
        var entries = new List<(string Id, string Url)>();
        foreach (var follower in fields.RequiredObjects("followers"))
        {
            follower.AllowOnly("id", "url");
            entries.Add((follower.RequiredText("id"), follower.RequiredText("url")));
        }

        return entries;
    }

    /// <summary>Normalises the addresses and adds an error for everything that is wrong with the list.</summary>
    public static ImmutableArray<Peer> Check(IReadOnlyList<(string Id, string Url)> entries, string field, FieldErrors errors)
    {
        errors.Require(entries.Count <= Longest, field, $"{field} must name at most {Longest} followers, but names {entries.Count}.");
        var peers = ImmutableArray.CreateBuilder<Peer>(entries.Count);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, url) in entries)
        {
            if (!IsValidId(id))
                errors.Add(field, $"{field} holds the id \"{id}\": an id has 1 to {LongestId} letters, digits, '-', '_' or '.'.");
            else if (!ids.Add(id))
                errors.Add(field, $"{field} holds the id {id} twice.");

            if (NodeUrl.Normalize(url) is not { } normal)
                errors.Add(field, $"{field} holds {NodeUrl.Quoted(url)}, which is not an address such as http://127.0.0.1:8001.");
            else if (!addresses.TryAdd(NodeUrl.Identity(normal), url))
                errors.Add(field, $"{field} holds the same follower twice: {addresses[NodeUrl.Identity(normal)]} and {url}. Name each follower once.");
            else
                peers.Add(new Peer(id, normal));
        }

        return peers.ToImmutable();
    }

    public static bool IsValidId(string id) =>
        id.Length is >= 1 and <= LongestId && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
