using KvLab.Core.Control;
using KvLab.Core.Scenarios;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Chaos;

/// <summary>What must hold in and after a chaos run, as far as clients and dumps show it.</summary>
public sealed class ChaosChecks
{
    // What each node held when it was looked at last; a node that was emptied or replaced begins anew.
    private readonly Dictionary<string, Dictionary<string, EntryVersion>> _seen = new(StringComparer.Ordinal);
    private string? _wentBack;
    private int _looks;

    /// <summary>The node's memory is gone.</summary>
    public void Emptied(string node) => _seen.Remove(node);

    /// <summary>The node led and is replaced: it may take back what nobody else has.</summary>
    public void Reigned(string node) => _seen.Remove(node);

    /// <summary>Compares with the look before: a follower's version of a key never decreases (P1).</summary>
    public void Look(IReadOnlyList<ReplicaDump> dumps, IReadOnlyList<ClusterNode> nodes)
    {
        foreach (var dump in dumps.Where(d => d.Entries is not null))
        {
            if (nodes.FirstOrDefault(n => n.Id == dump.Node) is not { Up: true, Leads: false })
            {
                _seen.Remove(dump.Node);
                continue;
            }

            if (!_seen.TryGetValue(dump.Node, out var seen)) _seen[dump.Node] = seen = new Dictionary<string, EntryVersion>(StringComparer.Ordinal);
            _looks++;
            foreach (var (key, version) in seen)
            {
                var now = dump.Entries!.GetValueOrDefault(key)?.Version ?? EntryVersion.None;
                if (now < version) _wentBack ??= $"{dump.Node} held {version} of {key}, and later {now}";
            }

            foreach (var entry in dump.Entries!.Values) seen[entry.Key] = entry.Version;
        }
    }

    public IReadOnlyList<Verdict> Verify(ScenarioWrites writes, IReadOnlyList<ReplicaDump> dumps, string? leader, bool settled, int writeQuorum, TimeSpan patience)
    {
        var answers = writes.Answered;
        var success = answers.Where(w => ScenarioWrites.KindOf(w.Answer) == AnswerKind.Success).ToList();
        var lost = writes.LostFrom(dumps);
        var unequal = Equal(dumps, leader);
        var behind = Behind(writes, dumps);
        var disorder = writes.VersionDisorder();
        var hollow = success.FirstOrDefault(w => w.Answer.Acks < writeQuorum || w.Answer.Required != writeQuorum);
        var denied = answers.FirstOrDefault(w => ScenarioWrites.KindOf(w.Answer) == AnswerKind.Partial && w.Answer.Acks >= w.Answer.Required);
        return
        [
            new("No acknowledged write is lost", lost.Count == 0, lost.Count == 0 ? $"all {success.Count} are held" : $"{lost.Count} of {success.Count}, first {Show(lost[0])}"),
            new("After healing, every replica holds every acknowledged write or a newer one of its key", behind is null, behind ?? $"{dumps.Count} replicas"),
            new("After healing, all replicas are equal", settled && unequal is null, unequal ?? (settled ? "compared entry by entry, after all writes were delivered" : $"not all writes were delivered within {patience.TotalSeconds:0} s")),
            new("No follower's version of a key went back", _wentBack is null, _wentBack ?? $"{_looks} checks of followers during the run"),
            new("Versions are unique and increase, across restarts and failovers", disorder is null, disorder ?? $"{answers.Count(w => !w.Answer.Version.IsNone)} answered writes"),
            new("Success means that at least W followers had acknowledged", hollow is null, hollow is null ? $"W = {writeQuorum}" : $"{Show(hollow)} had {hollow.Answer.Acks} of {hollow.Answer.Required}, W is {writeQuorum}"),
            new("Without success, fewer than W were seen to acknowledge", denied is null, denied is null ? $"{answers.Count - success.Count} without success" : $"{Show(denied)} had {denied.Answer.Acks} of {denied.Answer.Required}"),
            new("Clients could write at all", success.Count > 0, $"{success.Count} of {answers.Count} writes were acknowledged"),
        ];
    }

    /// <returns>The first difference; null where all are equal.</returns>
    public static string? Equal(IReadOnlyList<ReplicaDump> dumps, string? leader)
    {
        if (dumps.FirstOrDefault(d => d.Node == leader) is not { Entries: { } entries }) return leader is null ? "there is no leader" : $"{leader} does not answer";
        foreach (var dump in dumps)
        {
            if (dump.Entries is not { } held) return $"{dump.Node} does not answer";
            foreach (var key in entries.Keys.Union(held.Keys))
            {
                var (theirs, ours) = (held.GetValueOrDefault(key), entries.GetValueOrDefault(key));
                if (theirs != ours) return $"{dump.Node} holds {Describe(theirs)} of {key}, {leader} holds {Describe(ours)}";
            }
        }

        return null;
    }

    private static string? Behind(ScenarioWrites writes, IReadOnlyList<ReplicaDump> dumps)
    {
        foreach (var (key, version) in writes.Newest())
            foreach (var dump in dumps)
                if (dump.Entries?.GetValueOrDefault(key) is not { } held || held.Version < version) return $"{dump.Node} lacks {version} of {key}";
        return null;
    }

    private static string Describe(Entry? entry) => entry is null ? "nothing" : $"{entry.Version}";

    private static string Show(ClientWrite write) => $"{write.Key} = {write.Value} ({write.Answer.Version})";
}
