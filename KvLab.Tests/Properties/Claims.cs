using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;

namespace KvLab.Tests.Properties;

public sealed class ClaimBrokenException(string message) : Exception(message);

/// <summary>
/// What must hold (protocol.md, "What must hold"), each a pure function of a run's history. In versioned mode, without a reset.
/// </summary>
public static class Claims
{
    /// <summary>P1: a follower's version of a key never decreases.</summary>
    public static void P1(History run)
    {
        foreach (var steps in run.Steps.Where(s => s.Node != "leader").GroupBy(s => (s.Node, s.Key)))
        {
            var highest = EntryVersion.None;
            foreach (var step in steps)
            {
                if (step.After < highest) throw Broken("P1", $"{step.Node} went from {highest} back to {step.After} of {step.Key}");
                highest = step.After;
            }
        }
    }

    /// <summary>P2: versions are unique and increase.</summary>
    public static void P2(History run)
    {
        long highest = 0;
        var given = new HashSet<EntryVersion>();
        foreach (var e in run.Moments.Select(m => m.Event).Where(e => e.Kind == EventKind.WriteAccepted))
        {
            if (!given.Add(e.EntryVersion)) throw Broken("P2", $"{e.EntryVersion} was given to two writes");
            highest = Math.Max(highest, e.Version);
        }

        if (highest > given.Count) throw Broken("P2", $"{given.Count} writes used versions up to {highest}");
    }

    /// <summary>
    /// P2 across restarts: a leader that lost its memory gives out only what is above everything that a follower had seen. (Of a version
    /// that died with the old leader before it reached anybody, nobody can know.)
    /// </summary>
    public static void P2AcrossRestarts(History run)
    {
        var seen = EntryVersion.None;
        var aboveForReign = new Dictionary<string, EntryVersion>();
        foreach (var e in run.Moments.Select(m => m.Event))
        {
            if (e.Kind == EventKind.LeaderRecovered) aboveForReign[e.Incarnation] = seen;
            if (e.Node != "leader" && !e.EntryVersion.IsNone)
                seen = new EntryVersion(Math.Max(seen.Epoch, e.Epoch), Math.Max(seen.Counter, e.Version));
            if (e.Kind != EventKind.WriteAccepted || !aboveForReign.TryGetValue(e.Incarnation, out var above)) continue;
            if (e.Epoch <= above.Epoch || e.Version <= above.Counter)
                throw Broken("P2", $"incarnation {e.Incarnation} gave out {e.EntryVersion}, although a follower had seen {above} before it began");
        }
    }

    /// <summary>P3: if write 1 was answered before write 2 was sent, v1 &lt; v2.</summary>
    public static void P3(History run)
    {
        foreach (var first in run.Writes)
        {
            foreach (var second in run.Writes.Where(w => w.SentAt >= first.AnsweredAt))
            {
                if (first.Result.Version >= second.Result.Version)
                    throw Broken("P3", $"{first.Result.Version} was answered before {second.Result.Version} was sent");
            }
        }
    }

    /// <summary>P5: all delivered ⇒ all replicas equal, with the highest version of every key.</summary>
    public static void P5(History run)
    {
        var report = run.Cluster.Compare();
        if (!report.Converged) throw Broken("P5", report.Note);
        foreach (var key in run.Writes.GroupBy(w => w.Result.Key))
        {
            var highest = key.Max(w => w.Result.Version);
            if (run.Cluster.HeldByLeader(key.Key) != highest) throw Broken("P5", $"the leader holds {run.Cluster.HeldByLeader(key.Key)} of {key.Key}, not {highest}");
        }
    }

    /// <summary>P6: success ⇒ at least W distinct followers held ≥ v at that moment.</summary>
    public static void P6(History run)
    {
        foreach (var moment in Answers(run).Where(m => m.Event.Reason == "success"))
        {
            var holding = moment.Held.Count(h => h >= moment.Event.EntryVersion);
            if (holding < moment.Event.Required) throw Broken("P6", $"{moment.Event.EntryVersion} was a success with W = {moment.Event.Required}, but {holding} followers held it");
        }
    }

    /// <summary>P7: no success ⇒ fewer than W acks seen; and success only with W of them, from distinct followers.</summary>
    public static void P7(History run)
    {
        var acked = new Dictionary<EntryVersion, HashSet<string>>();
        foreach (var e in run.Moments.Select(m => m.Event))
        {
            var seen = acked.GetValueOrDefault(e.EntryVersion) ?? (acked[e.EntryVersion] = []);
            if (e.Kind == EventKind.DeliveryAcked) seen.Add(e.Peer!);
            if (e.Kind != EventKind.WriteAnswered) continue;
            if (e.Acks != seen.Count) throw Broken("P7", $"{e.EntryVersion} was answered with {e.Acks} acks, but {seen.Count} were seen");
            if (e.Reason == "success" != seen.Count >= e.Required) throw Broken("P7", $"{e.EntryVersion} was {e.Reason} with {seen.Count} acks and W = {e.Required}");
        }
    }

    /// <summary>P8: latency = W-th smallest completion, unaffected by slower followers. Only where nothing fails.</summary>
    public static void P8(History run)
    {
        var delays = run.Moments.Select(m => m.Event).Where(e => e.Kind == EventKind.ReplicationStarted).ToDictionary(e => e.EntryVersion, e => e.DelaysMs!);
        foreach (var moment in Answers(run))
        {
            var w = moment.Event.Required!.Value;
            var expectedMs = w == 0 ? 0 : TimeSpan.FromMilliseconds(delays[moment.Event.EntryVersion].Order().ElementAt(w - 1)).TotalMilliseconds;
            if (Math.Abs(moment.Event.ElapsedMs!.Value - expectedMs) > 0.0005)
                throw Broken("P8", $"{moment.Event.EntryVersion} took {moment.Event.ElapsedMs} ms instead of {expectedMs} ms (W = {w})");
        }
    }

    /// <summary>P9: no follower holds a version that the leader does not hold or exceed.</summary>
    public static void P9(History run)
    {
        foreach (var moment in run.Moments)
        {
            foreach (var held in moment.Held.Where(h => h > moment.LeaderHeld))
                throw Broken("P9", $"a follower holds {held} of {moment.Event.Key}, the leader {moment.LeaderHeld}");
        }
    }

    /// <summary>P10: a delivery is accepted iff newer at that instant, and the store says truly what it did.</summary>
    public static void P10(History run)
    {
        foreach (var step in run.Steps)
        {
            var newer = step.Offered > step.Before;
            if (step.After != (newer ? step.Offered : step.Before))
                throw Broken("P10", $"{step.Node} held {step.Before} of {step.Key}, was offered {step.Offered} and then held {step.After}");
            var truth = newer ? ApplyOutcome.Applied : step.Offered == step.Before ? ApplyOutcome.Duplicate : ApplyOutcome.Stale;
            if (step.Said != truth) throw Broken("P10", $"{step.Node} held {step.Before} of {step.Key}, was offered {step.Offered} and said {step.Said}");
        }
    }

    /// <summary>P11: W = N ⇒ once a write was answered as a success, no replica can be read older than it.</summary>
    public static void P11(History run)
    {
        var answered = new Dictionary<string, EntryVersion>();
        foreach (var moment in run.Moments.Where(m => m.Event.Key is not null))
        {
            var e = moment.Event;
            if (e.Kind == EventKind.WriteAnswered && e.Reason == "success" && e.Required == run.Plan.Followers)
                answered[e.Key!] = EntryVersion.Max(answered.GetValueOrDefault(e.Key!), e.EntryVersion);
            if (moment.Held.Any(h => h < answered.GetValueOrDefault(e.Key!)))
                throw Broken("P11", $"{e.Key} can be read older than {answered[e.Key!]}, which all followers had acknowledged");
        }
    }

    /// <summary>P15: success iff ≥ W followers answer. Only where some followers are dead and nothing else fails.</summary>
    public static void P15(History run)
    {
        var alive = run.Plan.Followers - run.Plan.Outages.Length;
        foreach (var write in run.Writes)
        {
            var required = run.Plan.Settings.WriteQuorum;
            if (write.Result.Status == WriteStatus.Success != alive >= required)
                throw Broken("P15", $"{write.Result.Version} was a {write.Result.Status} with {alive} followers alive and W = {required}");
        }
    }

    /// <summary>Nothing is lost silently: every delivery that began ends in exactly one outcome, acked or abandoned.</summary>
    public static void Accounting(History run)
    {
        var open = new HashSet<(EntryVersion, string)>();
        foreach (var e in run.Moments.Select(m => m.Event))
        {
            if (e.Kind == EventKind.ReplicationStarted) open.UnionWith(e.Peers!.Select(p => (e.EntryVersion, p)));
            if (e.Kind is EventKind.DeliveryAcked or EventKind.DeliveryAbandoned && !open.Remove((e.EntryVersion, e.Peer!)))
                throw Broken("Accounting", $"{e.EntryVersion} ended twice at {e.Peer}");
        }

        if (open.Count > 0) throw Broken("Accounting", $"{open.Count} deliveries never ended, such as {open.First()}");
    }

    /// <summary>Lamport's clock condition: along each node's sequence and along each message, time rises.</summary>
    public static void LamportOrder(History run)
    {
        var last = new Dictionary<(string, string), NodeEvent>();
        var sent = new Dictionary<EntryVersion, long>();
        var arrived = new Dictionary<(EntryVersion, string), long>();
        foreach (var e in run.Moments.Select(m => m.Event))
        {
            if (last.TryGetValue((e.Node, e.Incarnation), out var before) && (e.Sequence != before.Sequence + 1 || e.Lamport <= before.Lamport))
                throw Broken("Lamport", $"{e.Node} reports ({e.Sequence}, {e.Lamport}) after ({before.Sequence}, {before.Lamport})");
            last[(e.Node, e.Incarnation)] = e;
            if (e.Kind == EventKind.ReplicationStarted) sent[e.EntryVersion] = e.Lamport;
            if (e.Kind is EventKind.EntryApplied or EventKind.EntryRefused or EventKind.EntryDuplicate)
            {
                if (e.Lamport <= sent[e.EntryVersion]) throw Broken("Lamport", $"{e.EntryVersion} arrived at {e.Lamport}, sent at {sent[e.EntryVersion]}");
                arrived.TryAdd((e.EntryVersion, e.Node), e.Lamport);
            }

            if (e.Kind == EventKind.DeliveryAcked && e.Lamport <= arrived[(e.EntryVersion, e.Peer!)])
                throw Broken("Lamport", $"the ack of {e.EntryVersion} is not after its arrival at {e.Peer}");
        }
    }

    private static IEnumerable<Moment> Answers(History run) => run.Moments.Where(m => m.Event.Kind == EventKind.WriteAnswered);

    private static ClaimBrokenException Broken(string claim, string what) => new($"{claim} does not hold: {what}.");
}
