using KvLab.Core.Configuration;
using KvLab.Core.Events;
using Microsoft.AspNetCore.SignalR;

namespace KvLab.Web.Hubs;

/// <summary>What a node may send. Whatever else comes is refused with a sentence and changes nothing.</summary>
internal static class TelemetryRules
{
    public const int LongestName = 64;
    public const int MostEvents = 10_000;
    private const int LongestUrl = 512;
    private const int LongestSentence = 2_000;

    public static void Check(NodeHello hello)
    {
        Require(hello is not null, "The hello is missing.");
        Require(IsName(hello!.Node) && hello.Node != NodeNames.Dashboard,
            $"node must have 1 to {LongestName} letters, digits, '-', '_' or '.', and not be \"{NodeNames.Dashboard}\".");
        Require(IsName(hello.Incarnation), $"incarnation must have 1 to {LongestName} letters, digits, '-', '_' or '.'.");
        Require(hello.Role is NodeRoles.Leader or NodeRoles.Follower, "role must be leader or follower.");
        Require(hello.Url is { Length: <= LongestUrl }, $"url must have at most {LongestUrl} characters.");
        Require(Uri.TryCreate(hello.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https", "url must be an http address.");
        Require(hello.Storage is null || IsName(hello.Storage), "storage must be one word.");
        Require(hello.Persistence is null or { Length: <= LongestSentence }, $"persistence must have at most {LongestSentence} characters.");
        Require(hello.BootId is null || IsName(hello.BootId), "bootId must be one word.");
        Require(hello.MonotonicNs >= 0 && hello.OriginNs >= 0 && hello.OriginNs <= hello.MonotonicNs, "originNs and monotonicNs must be times of one clock.");
        Require(hello.ProcessId >= 0, "processId must not be negative.");
        Require(IsCount(hello.OldestSequence) && IsCount(hello.Dropped), $"oldestSequence and dropped must be from 0 to {InputRules.LargestClock}.");
    }

    public static void Check(EventBatch batch, NodeHello hello)
    {
        Require(batch?.Events is not null, "The batch is missing.");
        Require(batch!.Node == hello.Node && batch.Incarnation == hello.Incarnation,
            $"This connection speaks for {hello.Node}, incarnation {hello.Incarnation}, and for no other node.");
        Require(batch.Events.Length <= MostEvents, $"A batch holds at most {MostEvents} events.");
        Require(IsCount(batch.Dropped), $"dropped must be from 0 to {InputRules.LargestClock}.");
        long previous = 0;
        foreach (var e in batch.Events)
        {
            Require(e is not null && e.Node == batch.Node && e.Incarnation == batch.Incarnation, "Every event of a batch is of the batch's node and incarnation.");
            Require(e!.Sequence > previous, "Events come in ascending order of sequence numbers from 1.");
            Require(e.Kind < EventKind.ProcessStarted, $"{EventKindNames.NameOf(e.Kind)} is reported by the dashboard only.");
            Require(e.Key is not null || !NeedsKey(e.Kind), $"{EventKindNames.NameOf(e.Kind)} needs a key.");
            if (EventRules.Check(e) is { } sentence) throw new HubException(sentence);
            previous = e.Sequence;
        }
    }

    private static bool NeedsKey(EventKind kind) => kind is EventKind.WriteAccepted or EventKind.EntryApplied or EventKind.EntryRefused;

    private static bool IsCount(long number) => number is >= 0 and <= InputRules.LargestClock;

    private static bool IsName(string? name) =>
        name is { Length: >= 1 and <= LongestName } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static void Require(bool condition, string sentence)
    {
        if (!condition) throw new HubException(sentence);
    }
}
