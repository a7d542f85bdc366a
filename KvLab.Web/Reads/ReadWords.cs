using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;

namespace KvLab.Web.Reads;

/// <summary>One sentence for a read.</summary>
internal static class ReadWords
{
    public static string Why(ReadRow row, Labels labels)
    {
        if (row.Outcome == ReadOutcome.Unanswered) return $"{Asked(row, labels)} gave no answer: {row.Asked[0].Error}";
        var got = row.Version == 0 ? "does not hold the key" : $"holds {labels.Version(row.Epoch, row.Version)}";
        var promised = labels.Version(row.PromisedEpoch, row.PromisedVersion);
        var behind = $"{Explain.Count(row.VersionsBehind, "promised write")} and {Explain.Ms(row.MsBehind)} behind";
        var sentence = row.Outcome switch
        {
            ReadOutcome.Fresh when row.PromisedVersion == 0 => $"{labels.Name(row.Node)} {got}; nothing had been promised for this key when the read began.",
            ReadOutcome.Fresh => $"fresh: {labels.Name(row.Node)} {got}, and {promised} was the newest promised write when the read began.",
            ReadOutcome.Wrong => $"wrong: {labels.Name(row.Node)} {got}, although {promised} had been promised: {behind}. In naive mode versions are not compared, so this may stay until the key is written again.",
            _ => $"stale: {labels.Name(row.Node)} {got}, although {promised} had been promised when the read began: {behind}. It becomes fresh when the newer write arrives there.",
        };
        return row.NonMonotonic ? $"{sentence} This reader had seen a newer version before: its reads went backwards." : sentence;
    }

    private static string Asked(ReadRow row, Labels labels) => row.Asked.Count == 1 ? labels.Name(row.Asked[0].Node) : $"{row.Asked.Count} nodes";
}
