using System.Diagnostics;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;

namespace KvLab.Core.Observation.Snapshots;

/// <summary>The words behind every reason that an event can have. A reason that this build does not know is shown as it came.</summary>
public sealed partial class Explain
{
    /// <summary>The reason that the dashboard gives where a leader ended with work unfinished.</summary>
    public static readonly string LeaderEnded = EnumNames.NameOf(DeliveryReason.LeaderEnded);

    /// <summary>Goes on after "because".</summary>
    public static string Why(DeliveryReason reason) => reason switch
    {
        DeliveryReason.Refused => "no process is listening there",
        DeliveryReason.Timeout => "no answer came in time",
        DeliveryReason.Error => "it answered with an error",
        DeliveryReason.Storage => "its storage failed and it sent no ack",
        DeliveryReason.Fenced => "it has seen a newer epoch than this leader's",
        DeliveryReason.Once => "delivery is set to once, so there is no second attempt",
        DeliveryReason.Superseded => "a newer version of the same key is on its way and replaces it",
        DeliveryReason.Removed => "the follower was removed from the cluster",
        DeliveryReason.Overflow => "too many deliveries were waiting for this follower",
        DeliveryReason.Shutdown => "the leader shut down",
        DeliveryReason.Cleared => "the cluster was reset",
        DeliveryReason.Deposed => "another leader leads now",
        DeliveryReason.HintWindow => "the hint window ended before the follower came back",
        DeliveryReason.HintLimit => "the follower's hint limit was reached",
        DeliveryReason.LeaderEnded => "the leader stopped before it learnt the outcome",
        _ => throw new UnreachableException(),
    };

    /// <summary>Goes on after "only so many had acknowledged, because".</summary>
    public static string Why(AnswerReason reason) => reason switch
    {
        AnswerReason.QuorumReached => "the quorum was reached",
        AnswerReason.QuorumUnreachable => "too many followers failed for W to be reached",
        AnswerReason.Deadline => "the timeout was reached",
        AnswerReason.Shutdown => "the leader shut down",
        AnswerReason.Cleared => "the lab was reset",
        AnswerReason.Deposed => "another leader leads now",
        _ => throw new UnreachableException(),
    };

    /// <summary>What happened to the message; goes on after its name.</summary>
    public static string Why(LossReason reason) => reason switch
    {
        LossReason.RequestLost => "was lost",
        LossReason.AnswerLost => "was lost",
        LossReason.Dropped => "was dropped",
        LossReason.Refused => "was refused at once: it never left",
        LossReason.Swallowed => "did not get through the cut link",
        _ => throw new UnreachableException(),
    };

    /// <summary>What became of the write; goes on after its name.</summary>
    public static string Why(RollBackReason reason) => reason switch
    {
        RollBackReason.TakenBack => "was removed",
        RollBackReason.Overwritten => "was already gone, because a newer write of its key had replaced it",
        _ => throw new UnreachableException(),
    };

    /// <summary>What it was asked; goes on after "asked" and its name.</summary>
    public static string Why(PeerCall call) => call switch
    {
        PeerCall.Probe => "who it is, and what its epoch and newest version are",
        PeerCall.Seal => "to refuse older leaders from now on",
        PeerCall.Digest => "what it holds, by hashes and versions",
        PeerCall.Repair => "to store or to remove entries",
        PeerCall.Recover => "for all its entries",
        _ => throw new UnreachableException(),
    };

    private static string Failure(string? reason) =>
        string.IsNullOrEmpty(reason) ? "no reason was given" : EnumNames.TryParse<DeliveryReason>(reason, out var known) ? Why(known) : reason;

    private static string Shortfall(string? reason) =>
        string.IsNullOrEmpty(reason) ? "too few acknowledged in time" : EnumNames.TryParse<AnswerReason>(reason, out var known) ? Why(known) : reason;
}
