using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Durability;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;

namespace KvLab.Core.Failover;

/// <summary>An acknowledged write that none of the nodes holds that go on.</summary>
/// <param name="HeldBy">Who holds it or a newer one of its key.</param>
public sealed record RiskedWrite(long Epoch, long Version, string Key, IReadOnlyList<string> HeldBy);

/// <summary>What a promotion puts at risk, by what each acknowledged write really had: the ledger knows, whatever W is now.</summary>
/// <param name="To">Who is to lead.</param>
/// <param name="Asked">Nodes whose entries go on: the new leader and those that it reaches.</param>
/// <param name="AtRisk">Acknowledged writes that none of these holds.</param>
/// <param name="Writes">The latest of them, at most <see cref="MostNamed"/>.</param>
/// <param name="Note">That in words.</param>
public sealed record FailoverRisk(string To, IReadOnlyList<string> Asked, int AtRisk, IReadOnlyList<RiskedWrite> Writes, string Note)
{
    public const int MostNamed = 20;

    /// <summary>Every acknowledged write is known to be held by those that go on.</summary>
    [JsonIgnore]
    public bool IsNone { get; private init; }

    // A sentence has room for so many.
    private const int InSentence = 5;

    public static FailoverRisk Of(string to, IReadOnlyCollection<string> asked, IDurabilityLookup ledger)
    {
        string[] names = [.. asked.Order(NaturalOrder.Instance)];
        var reach = ledger.Beyond(names, MostNamed);
        RiskedWrite[] writes = [.. reach.Rows.Select(r => new RiskedWrite(r.Write.Version.Epoch, r.Write.Version.Counter, r.Write.Key, r.HeldNow))];
        return new FailoverRisk(to, names, reach.Beyond, writes, Words(reach, writes, names)) { IsNone = reach is { Beyond: 0, Unknown: 0 } };
    }

    private static string Words(BeyondReach reach, RiskedWrite[] writes, string[] asked)
    {
        var nodes = $"{Explain.Count(asked.Length, "node")} asked ({string.Join(", ", asked)})";
        var finding = (reach.Followed, reach.Beyond) switch
        {
            (0, _) => "No acknowledged write is tracked, so none can be missing.",
            (1, 0) => $"The one acknowledged write that is tracked is held by the {nodes}.",
            (var followed, 0) => $"Each of the {followed} acknowledged writes that are tracked is held by at least one of the {nodes}.",
            var (followed, beyond) => $"{beyond} of {Explain.Count(followed, "acknowledged write")} {(beyond == 1 ? "is" : "are")} held by none of the {nodes}: {Named(writes, beyond)}. "
                + (beyond == 1 ? "Clients will not see it unless a node that holds it returns before its key has a newer write." : "Clients will not see them unless nodes that hold them return before their keys have newer writes."),
        };
        if (reach.Lost > 0) finding += $" {Explain.Count(reach.Lost, "acknowledged write")} had been lost before.";
        if (reach.Unknown > 0) finding += $" {Explain.Count(reach.Unknown, "older write")} {(reach.Unknown == 1 ? "is" : "are")} no longer tracked, so nothing is known about {(reach.Unknown == 1 ? "it" : "them")}.";
        return finding;
    }

    private static string Named(RiskedWrite[] writes, int all)
    {
        var named = string.Join(", ", writes.Take(InSentence).Select(w => $"{new EntryVersion(w.Epoch, w.Version)} of {w.Key} (held by {(w.HeldBy.Count == 0 ? "no known node" : string.Join(", ", w.HeldBy))})"));
        return all > InSentence ? $"{named} and {all - InSentence} more" : named;
    }
}
