using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Replication;

namespace KvLab.Web.Hubs;

/// <summary>
/// What one reported event may say. Generous, because a batch that is refused is sent again for ever; but nothing that the state, a page or a chart could break on:
/// a member of the cluster is believed, not trusted to be without fault.
/// </summary>
internal static class EventRules
{
    private const int LongestDetail = 32 * 1024;

    /// <returns>Null when it is fine, else a sentence.</returns>
    public static string? Check(NodeEvent e)
    {
        if (!Enum.IsDefined(e.Kind)) return $"There is no kind {(int)e.Kind} of events.";
        if (e.Outcome is { } outcome && !Enum.IsDefined(outcome)) return $"There is no outcome {(int)outcome}.";
        if (e.Sequence > InputRules.LargestClock) return "sequence is larger than a node can count.";
        if (long.Min(long.Min(e.Epoch, e.Version), long.Min(e.HeldEpoch, e.HeldVersion)) < 0 || e.Lamport < 0 || e.MonotonicNs < 0) return "Versions, epochs and clocks must not be negative.";
        if (e.Epoch > InputRules.LargestClock || e.HeldEpoch > InputRules.LargestClock || e.Lamport > InputRules.LargestClock) return "Epochs and Lamport times must not be larger than any that a cluster can reach.";
        if (e.Attempt < 0 || e.Acks < 0 || e.Required < 0 || e.Call is { SentLamport: < 0 } or { ArrivedNs: < 0 } or { ArrivedLamport: < 0 } || e.BytesSent < 0 || e.BytesCompared < 0) return "Counts must not be negative.";
        return CheckTexts(e) ?? CheckTimes(e) ?? CheckSettings(e);
    }

    private static string? CheckTexts(NodeEvent e)
    {
        if (e.Key is not null && InputRules.CheckKey(e.Key) is { } sentence) return sentence;
        if (e.Value?.Length > InputRules.LongestKey || e.Peer?.Length > InputRules.LongestKey || e.Reason?.Length > InputRules.LongestKey)
            return $"value, peer and reason must have at most {InputRules.LongestKey} characters.";
        if (e.Detail?.Length > LongestDetail) return $"detail must have at most {LongestDetail} characters.";
        if (e.Peers is null) return null;
        return e.Peers.Length <= QuorumTracker.MaxFollowers && Array.TrueForAll(e.Peers, p => p is { Length: <= InputRules.LongestKey })
            ? null
            : $"peers must be at most {QuorumTracker.MaxFollowers} names.";
    }

    private static string? CheckTimes(NodeEvent e)
    {
        if (e.ElapsedMs is { } elapsed && !IsTime(elapsed)) return "elapsedMs must be a finite time in ms, not negative.";
        if (e.DelayMs is { } delay && !IsTime(delay)) return "delayMs must be a finite time in ms, not negative.";
        return e.DelaysMs is null || (e.DelaysMs.Length <= QuorumTracker.MaxFollowers && Array.TrueForAll(e.DelaysMs, IsTime)) ? null : "delaysMs must be finite times in ms, not negative, one for each of the peers.";
    }

    private static bool IsTime(double ms) => double.IsFinite(ms) && ms >= 0;

    private static string? CheckSettings(NodeEvent e) =>
        e.Settings is { } settings && settings.Validate(QuorumTracker.MaxFollowers) is [var wrong, ..] ? wrong.Message
        : e.Link is { } link && link.Validate() is [var broken, ..] ? broken.Message
        : e.Faults is { } faults && faults.Validate() is [var faulty, ..] ? faulty.Message
        : null;
}
