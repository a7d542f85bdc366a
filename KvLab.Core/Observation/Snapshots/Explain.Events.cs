using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Core.Observation.Snapshots;

public sealed partial class Explain
{
    /// <summary>One sentence for any event.</summary>
    public string Event(NodeEvent e) => Sentence(e.Kind switch
    {
        EventKind.NodeStarted => $"{N(e.Node)} started: its process runs{(e.Detail is null ? "" : $" and will answer at {e.Detail}")}",
        EventKind.NodeReady => $"{N(e.Node)} is ready and answers requests{(e.Settings is null ? "" : $"; {Settings(e.Settings)}")}",
        EventKind.NodeStopping => $"{N(e.Node)} is shutting down{Tail(e.Detail)}",
        EventKind.LeaderRecovered =>
            $"{N(e.Node)} asked its followers what they hold and began epoch {e.Epoch}, with versions above {e.Version}, the highest that it learnt of{Tail(e.Detail)}",
        EventKind.SettingsChanged => e.Settings is null ? $"{N(e.Node)} has new settings" : $"{N(e.Node)} has new settings: {Settings(e.Settings)}",
        EventKind.LeaderWaiting => $"{N(e.Node)} started and accepts no writes yet: {e.Detail}",
        EventKind.FollowersChanged => FollowersChanged(e),
        EventKind.FollowerCaughtUp => $"caught up: the leader sent {N(e.Peer)} the {(e.Acks == 1 ? "entry" : $"{e.Acks} entries")} that it lacked when it joined or came back.",
        EventKind.LinkChanged => LinkChanged(e),
        EventKind.NodeFaultsChanged => NodeFaultsChanged(e),
        EventKind.MessageLost => MessageLost(e),
        EventKind.AntiEntropyRepaired =>
            $"anti-entropy: {N(e.Node)} compared itself with {N(e.Peer)}, found it different and sent {Count(e.Acks ?? 0, "entry", "entries")}{Tail(e.Detail)}",
        EventKind.LeaderPromoted =>
            $"{N(e.Node)} leads now, in epoch {e.Epoch}, with versions above {e.Version}; leaders of older epochs are refused from now on{Tail(e.Detail)}",
        EventKind.LeaderSteppedDown =>
            $"{N(e.Node)} led in epoch {e.Epoch} and is a follower now, because a new leader took over in epoch {e.HeldEpoch}{Tail(e.Detail)}",
        EventKind.EntryRolledBack => RolledBack(e),
        EventKind.NodeSealed => $"{N(e.Node)} refuses leaders of epochs below {e.Epoch} from now on, because a node that is about to lead asked for it",
        EventKind.EntryRemoved =>
            $"{N(e.Node)} removed {V(e.EntryVersion)} of {e.Key}: a reset had removed it from the leader, but had not reached this node",
        EventKind.StoreCleared => $"{N(e.Node)} was emptied by a reset and holds no key now",
        EventKind.WriteAccepted => WriteAccepted(e),
        EventKind.ReplicationStarted => ReplicationStarted(e),
        EventKind.DeliveryAcked => DeliveryAcked(e),
        // No attempt was under way: the leader ended it for all followers at once.
        EventKind.DeliveryFailed when e.Attempt is null or 0 =>
            $"{N(e.Node)} gave up delivering {V(e.EntryVersion)} of {e.Key} to {N(e.Peer)}: {Failure(e.Reason)}; the write may or may not be stored there",
        EventKind.DeliveryFailed =>
            $"attempt {e.Attempt} to deliver {V(e.EntryVersion)} of {e.Key} to {N(e.Peer)} failed{After(e.ElapsedMs)}: {Failure(e.Reason)}; the write may or may not be stored there{Tail(e.Detail)}",
        EventKind.DeliveryAbandoned =>
            $"no further attempt to deliver {V(e.EntryVersion)} of {e.Key} to {N(e.Peer)}: {Failure(e.Reason)}{Tail(e.Detail)}",
        EventKind.WriteAnswered => WriteAnswered(e),
        EventKind.EntryApplied => EntryApplied(e),
        EventKind.EntryRefused =>
            $"refused as stale: {N(e.Node)} already holds {V(e.Held)} of {e.Key}, and was sent {V(e.EntryVersion)}, {Older(e.EntryVersion, e.Held)}",
        EventKind.EntryDuplicate => $"{N(e.Node)} got {V(e.EntryVersion)} of {e.Key} again and changed nothing, because it already holds exactly that version",
        EventKind.MessageFenced =>
            $"{N(e.Node)} refused {V(e.EntryVersion)} of {e.Key} from {(e.Peer is null ? "a leader" : N(e.Peer))}: the message is of epoch {e.Epoch}, and this node has seen epoch {e.HeldEpoch}",
        EventKind.StorageFailed =>
            $"{N(e.Node)} acknowledges nothing until its storage is back, because it must not acknowledge what it cannot store{Tail(e.Detail)}",
        EventKind.StorageRecovered => $"the storage of {N(e.Node)} works again{After(e.ElapsedMs)}{(e.Reason == StorageReasons.Emptied ? ", but all its data is gone" : "")}, and the node continues{Tail(e.Detail)}",
        EventKind.ProcessStarted => $"the dashboard started the process of {N(e.Peer)}{Tail(e.Detail)}",
        EventKind.ProcessStopped => $"the process of {N(e.Peer)} stopped as requested{Tail(e.Detail)}",
        EventKind.ProcessCrashed => $"the process of {N(e.Peer)} exited unexpectedly{Tail(e.Detail)}",
        EventKind.ProcessFrozen => $"{N(e.Peer)} was frozen: it does nothing, answers no one and keeps what it holds{Tail(e.Detail)}",
        EventKind.ProcessThawed => $"{N(e.Peer)} was thawed and continues where it stopped: it does not notice the pause, but its clocks went on{Tail(e.Detail)}",
        EventKind.DeliveryRetried =>
            $"{N(e.Node)} sends {V(e.EntryVersion)} of {e.Key} to {N(e.Peer)} again: attempt {e.Attempt ?? 2}, with a simulated delay of {Ms(e.DelayMs ?? 0)}",
        EventKind.PeerCalled => PeerCalled(e),
        EventKind.DashboardNotice => e.Detail ?? "the dashboard reported a notice without text",
        _ => $"{N(e.Node)} reported {EventKindNames.NameOf(e.Kind)}",
    });

    private static string Tail(string? detail) => string.IsNullOrWhiteSpace(detail) ? "" : $" ({detail.Trim().TrimEnd('.')})";

    // What the sentence about settings says in words of its own; any other that is not as usual is said by its name.
    private static readonly SettingField[] ByName = SettingFields.Except(
        "writeQuorum", "quorumCountsLeader", "distribution", "minDelayMs", "maxDelayMs", "seed", "replicationTimeoutMs", "versioning", "delivery", "hintWindowMs", "hintLimit",
        "rejoinSync", "antiEntropyMs");

    private static string Settings(LiveSettings s) =>
        $"W = {s.WriteQuorum}{(s.QuorumCountsLeader ? " (the leader counted)" : "")}, {Delays(s)}, seed {s.Seed}, "
        + $"timeout {Ms(s.ReplicationTimeoutMs)}, {s.Versioning.ToString().ToLowerInvariant()} mode, "
        + s.Delivery switch
        {
            Core.Settings.Delivery.Once => "one attempt per delivery",
            Core.Settings.Delivery.Hinted => $"deliveries are tried again for at most {Ms(s.HintWindowMs)}, with at most {s.HintLimit} writes kept per follower",
            _ => "deliveries are tried again until acked",
        }
        + s.RejoinSync switch { RejoinSync.None => ", no catch-up on rejoin", RejoinSync.Full => ", full catch-up on rejoin", _ => ", incremental catch-up on rejoin" }
        + (s.AntiEntropyMs == 0 ? ", no anti-entropy" : $", anti-entropy every {Ms(s.AntiEntropyMs)}")
        + string.Concat(ByName.Where(f => !f.IsSame(s, new LiveSettings())).Select(f => $", {f.Name} {f.TextOf(s)}"));

    private static string Delays(LiveSettings s) => s.Distribution == DelayDistribution.Regions
        ? $"delay by region ({RegionDelays.Words})"
        : $"delay {s.Distribution.ToString().ToLowerInvariant()} from {Ms(s.MinDelayMs)} to {Ms(s.MaxDelayMs)}";

    private string FollowersChanged(NodeEvent e) => e.Peers switch
    {
        null or [] => $"{N(e.Node)} replicates to no follower now",
        var peers => $"{N(e.Node)} replicates to {Count(peers.Length, "follower")} now: {string.Join(", ", peers.Select(N))}",
    };

    private string WriteAccepted(NodeEvent e)
    {
        var text = $"{N(e.Node)} accepted {e.Key} = {e.Value} as {V(e.EntryVersion)} and stored it{Took(e)}";
        return e.Held > e.EntryVersion
            ? $"{N(e.Node)} accepted {e.Key} = {e.Value} as {V(e.EntryVersion)}; its own copy stays at {V(e.Held)}, a concurrent newer write"
            : text;
    }

    /// <summary>What the leader's own storage adds to a write, whatever its followers do.</summary>
    public static string Stored(double ms) => Sentence($"the leader first stored it itself, in {Ms(ms)}; nothing is sent before that");

    /// <summary>Storing in memory takes no time worth a word.</summary>
    private static string Took(NodeEvent e) => e.ElapsedMs is { } ms ? $" in {Ms(ms)}" : "";

    private string ReplicationStarted(NodeEvent e)
    {
        if (e.Peers is not { Length: > 0 } peers) return $"{V(e.EntryVersion)} of {e.Key} is sent to no one, because there is no follower";
        var text = $"{V(e.EntryVersion)} of {e.Key} is sent to {Count(peers.Length, "follower")} in parallel";
        if (e.DelaysMs is { Length: > 0 } delays && delays.Length == peers.Length)
        {
            var fastest = Array.IndexOf(delays, delays.Min());
            var slowest = Array.IndexOf(delays, delays.Max());
            text += fastest == slowest || delays.Min() == delays.Max()
                ? $", each with a simulated delay of {Ms(delays[0])}"
                : $", with simulated delays from {Ms(delays[fastest])} ({N(peers[fastest])}) to {Ms(delays[slowest])} ({N(peers[slowest])})";
        }
        return text + e.Required switch
        {
            null => "",
            { } w when w - (e.LeaderCounted ? 1 : 0) <= 0 => $"; {Rule(w, e.LeaderCounted)}, so the client need not wait for any of them",
            { } w => $"; the client is answered at the {Ordinal(w - (e.LeaderCounted ? 1 : 0))} ack ({Rule(w, e.LeaderCounted)})",
        };
    }

    private string DeliveryAcked(NodeEvent e)
    {
        var facts = $"{After(e.ElapsedMs)}{(e.DelayMs is { } delay ? $" (of which {Ms(delay)} simulated delay)" : "")}"
            + (e.Attempt is > 1 ? $", on attempt {e.Attempt}" : "")
            + (e.Late ? ", late, after the client was answered" : "");
        return e.Outcome switch
        {
            DeliveryOutcome.Superseded =>
                $"{N(e.Peer)} refused {V(e.EntryVersion)} of {e.Key} as stale and acked it{facts}: its copy, {V(e.Held)}, is {NewerBy(e)}",
            DeliveryOutcome.Duplicate => $"{N(e.Peer)} acked {V(e.EntryVersion)} of {e.Key}{facts}: it already held exactly that version",
            _ => $"{N(e.Peer)} acked {V(e.EntryVersion)} of {e.Key}{facts}: it holds it now",
        };
    }

    private string PeerCalled(NodeEvent e)
    {
        var asked = EnumNames.TryParse<PeerCall>(e.Reason ?? "", out var call) ? Why(call) : e.Reason ?? "something";
        return e.Outcome == DeliveryOutcome.Failed
            ? $"{N(e.Node)} asked {N(e.Peer)} {asked}, and got no answer{After(e.ElapsedMs)}{Tail(e.Detail)}"
            : $"{N(e.Node)} asked {N(e.Peer)} {asked}, and got the answer{After(e.ElapsedMs)}";
    }

    private static string NewerBy(NodeEvent e) =>
        e.Held.Epoch == e.Epoch ? $"{Count(e.Held.Counter - e.Version, "version")} newer" : $"of the newer epoch {e.Held.Epoch}";

    private string WriteAnswered(NodeEvent e)
    {
        var acked = e.Required is { } w && w - (e.LeaderCounted ? 1 : 0) <= 0
            ? $"without waiting for a follower ({Rule(w, e.LeaderCounted)})"
            : $"{e.Acks ?? 0} of {Required(e.Required ?? 0, e.LeaderCounted)} had acknowledged {V(e.EntryVersion)} of {e.Key}";
        return e.Reason switch
        {
            "success" => $"the client was answered with success{After(e.ElapsedMs)}: {acked}",
            "partial_success" => $"the client was answered with partial success{After(e.ElapsedMs)}: only {acked}, because {Shortfall(e.Detail)}; the write is not undone, replication continues",
            _ => $"the client was answered{After(e.ElapsedMs)}: {acked}",
        };
    }

    private string RolledBack(NodeEvent e)
    {
        var known = EnumNames.TryParse<RollBackReason>(e.Reason ?? "", out var reason) ? reason : RollBackReason.TakenBack;
        return $"rolled back: {N(e.Node)} had stored {V(e.EntryVersion)} of {e.Key} as leader before it learnt that it was replaced, and the new leader does not have it; the write {Why(known)}, and "
            + $"{N(e.Node)} holds {(e.Held.IsNone ? "no entry" : V(e.Held))} instead{Tail(e.Detail)}";
    }

    private string EntryApplied(NodeEvent e)
    {
        if (e.Held.IsNone) return $"{N(e.Node)} stored {V(e.EntryVersion)} of {e.Key}, a key that it did not hold before{(Took(e) is { Length: > 0 } took ? $",{took}" : "")}";
        if (e.Held > e.EntryVersion)
        {
            return $"{N(e.Node)} replaced the newer {V(e.Held)} of {e.Key} with {V(e.EntryVersion)}, {Older(e.EntryVersion, e.Held)}, "
                + "because in naive mode the last arrival wins";
        }
        return $"{N(e.Node)} stored {V(e.EntryVersion)} of {e.Key} in place of {V(e.Held)}{(Took(e) is { Length: > 0 } time ? $",{time}" : "")}";
    }

    private static string Ordinal(int n) => n + (n % 100 is 11 or 12 or 13 ? "th" : (n % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" });
}
