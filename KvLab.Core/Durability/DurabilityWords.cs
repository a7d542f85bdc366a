using KvLab.Core.Configuration;
namespace KvLab.Core.Durability;

/// <summary>One sentence for what became of an acknowledged write. Pure.</summary>
public static class DurabilityWords
{
    /// <param name="called">What a node of this id is called.</param>
    public static string Of(DurabilityRow row, Func<string, string> called)
    {
        CopyFate[] fates = [.. row.Fates.Select(f => f with { Node = called(f.Node) })];
        var promise = Promise(row.Write with { Leader = called(row.Write.Leader) }, [.. row.HeldAtAnswer.Select(called)]);
        return row.State switch
        {
            DurabilityState.Lost when row.RolledBack && row.StillHeldBy.Length > 0 =>
                $"{promise}; {Ends(fates)}, because the new leader did not know it: {NameList.And([.. row.StillHeldBy.Select(called)])} still held it, but the new leader did not.",
            DurabilityState.Lost => $"{promise}; {Ends(fates)}, and no other node held it.",
            DurabilityState.AtRisk => $"{promise}; now only {called(row.HeldNow[0])} holds it{(fates.Length == 0 ? "" : $", because {Ends(fates)}")}.",
            _ => $"{promise}; now {row.HeldNow.Length} replicas hold it or a newer version{(fates.Length == 0 ? "" : $", although {Ends(fates)}")}.",
        };
    }

    /// <summary>What W meant for this write: who had it when the client was answered.</summary>
    private static string Promise(AcknowledgedWrite write, string[] atAnswer)
    {
        var followers = atAnswer.Where(n => n != write.Leader).ToArray();
        var w = write.LeaderCounted ? $"W = {write.Required}, {write.Leader} counted" : $"W = {write.Required}";
        var confirmed = write.LeaderCounted ? write.Acks - 1 : write.Acks;
        // The answer says how many had acknowledged; who they were may have died with the leader that knew it, or come later.
        if (confirmed > followers.Length)
        {
            var known = followers.Length == 0 ? "which ones was not reported by then" : $"reported by then: {NameList.And(followers)}";
            return $"{w}: {confirmed} {(confirmed == 1 ? "follower" : "followers")} had acknowledged ({known})";
        }
        return followers.Length switch
        {
            0 => $"{w}: the client was answered before any follower had acknowledged, so only {write.Leader} held it",
            1 => $"{w}: the only follower that had acknowledged was {followers[0]}",
            var count => $"{w}: {count} followers had acknowledged ({NameList.And(followers)})",
        };
    }

    /// <summary>"follower-3 and leader were killed, and follower-1 was emptied", in the order of events, those of one kind together.</summary>
    private static string Ends(CopyFate[] fates) => fates.Length == 0
        ? "no copy of it is known"
        : string.Join(", ", fates.GroupBy(f => f.Why).Select(g =>
        {
            var nodes = g.Select(f => f.Node).Distinct().ToArray();
            var why = nodes.Length > 1 && g.Key.StartsWith("was ", StringComparison.Ordinal) ? $"were {g.Key["was ".Length..]}" : g.Key;
            return $"{NameList.And(nodes)} {why}";
        }));
}
