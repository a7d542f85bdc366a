using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;

namespace KvLab.Core.Replication;

public sealed partial class Leader
{
    /// <summary>Sends one write to all its followers at once; nobody waits for anybody else's delay.</summary>
    private void Replicate(WriteInFlight write, IReadOnlyDictionary<string, double>? chosenDelaysMs)
    {
        var followers = write.Followers;
        var ids = new string[followers.Count];
        var delaysMs = new double[followers.Count];
        for (var i = 0; i < followers.Count; i++)
        {
            ids[i] = followers[i].Peer.Id;
            delaysMs[i] = chosenDelaysMs is not null && chosenDelaysMs.TryGetValue(ids[i], out var chosen) ? chosen : ScheduledDelayMs(write, i, attempt: 1);
        }

        _work.BeginDeliveries(followers.Count);
        var sentAt = _events.Record(EventKind.ReplicationStarted, write.Entry.Key, write.Entry.Version,
            required: write.Settings.WriteQuorum, peers: ids, delaysMs: delaysMs, naive: write.Naive, leaderCounted: write.Settings.QuorumCountsLeader);
        var message = new ReplicateMessage(write.Entry.Key, write.Entry.Value, write.Entry.Version, sentAt, NodeId, write.Settings.Versioning) { Leadership = _leadership, Attempt = 1 };
        write.Begin(RecordAnswered);
        for (var i = 0; i < followers.Count; i++) _ = DeliverAsync(write, i, message, delaysMs[i]);
    }

    /// <summary>Brings one write to one follower, however many attempts that takes. Never throws.</summary>
    private async Task DeliverAsync(WriteInFlight write, int index, ReplicateMessage message, double delayMs)
    {
        var follower = write.Followers[index];
        var cancellation = follower.Token;
        try
        {
            if (!follower.TryBegin())
            {
                Fail(write, index, 0, delayMs, DeliveryReason.Overflow, $"{follower.Peer.Id} has {_options.MaxPendingPerFollower} open deliveries already.");
                RecordAbandoned(write, follower, 0, DeliveryReason.Overflow);
                return;
            }

            for (var attempt = 1; ; attempt++)
            {
                if (await TryOnceAsync(write, index, message, attempt, delayMs, cancellation)) return;
                if (write.Settings.Delivery == Delivery.Once)
                {
                    Abandon(write, follower, attempt, DeliveryReason.Once);
                    return;
                }

                var turn = await WaitForRetryAsync(write, follower, attempt, cancellation);
                if (turn != RetryTurn.Now)
                {
                    Abandon(write, follower, attempt, turn switch
                    {
                        RetryTurn.HintExpired => DeliveryReason.HintWindow,
                        RetryTurn.HintsFull => DeliveryReason.HintLimit,
                        _ => DeliveryReason.Superseded,
                    });
                    return;
                }

                delayMs = ScheduledDelayMs(write, index, attempt + 1);
                var sentAt = _events.Record(EventKind.DeliveryRetried, write.Entry.Key, write.Entry.Version, peer: follower.Peer.Id, delayMs: delayMs, attempt: attempt + 1);
                message = message with { Lamport = sentAt, Attempt = attempt + 1 };
            }
        }
        catch (OperationCanceledException)
        {
            var reason = follower.EndReason;
            AnswerReason? answered = reason switch
            {
                DeliveryReason.Shutdown => AnswerReason.Shutdown,
                DeliveryReason.Cleared => AnswerReason.Cleared,
                DeliveryReason.Deposed => AnswerReason.Deposed,
                _ => null,
            };
            if (answered is { } now) write.AnswerNow(now, RecordAnswered);
            Fail(write, index, 0, delayMs, reason, $"The delivery to {follower.Peer.Id} was ended ({EnumNames.NameOf(reason)}).");
            Abandon(write, follower, 0, reason);
        }
        catch (Exception unexpected)
        {
            Fail(write, index, 0, delayMs, DeliveryReason.Error, unexpected.Message);
            Abandon(write, follower, 0, DeliveryReason.Error);
        }
        finally
        {
            _work.EndDelivery();
        }
    }

    /// <returns>True when nothing more is to be done: acked, or fenced for ever.</returns>
    private async Task<bool> TryOnceAsync(
        WriteInFlight write, int index, ReplicateMessage message, int attempt, double delayMs, CancellationToken cancellation)
    {
        var follower = write.Followers[index];
        ReplicateAnswer answer;
        try
        {
            answer = await _network.SendAsync(follower.Peer, message, TimeSpan.FromMilliseconds(delayMs), write.Timeout, cancellation,
                new FateDraw(write.Settings.Seed, write.Entry.Version.Counter - write.Settings.DelayOrigin, attempt));
        }
        catch (TransportException failure)
        {
            var reason = failure.Failure switch
            {
                TransportFailure.Refused => DeliveryReason.Refused,
                TransportFailure.Timeout => DeliveryReason.Timeout,
                TransportFailure.Storage => DeliveryReason.Storage,
                _ => DeliveryReason.Error,
            };
            Fail(write, index, attempt, delayMs, reason, failure.Message);
            return false;
        }

        _events.Lamport.Witness(answer.Lamport);
        if (!message.IsConfirmedBy(answer))
        {
            Fail(write, index, attempt, delayMs, DeliveryReason.Fenced, answer.Epoch > Epoch
                ? $"{follower.Peer.Id} has seen epoch {answer.Epoch}: another leader leads now."
                : $"{follower.Peer.Id} knows epoch {answer.Epoch} from another leader.");
            Abandon(write, follower, attempt, DeliveryReason.Fenced);
            Depose(answer.Epoch);
            return true;
        }

        follower.Acked(write.Entry.Version, answer.Outcome == ReplicateOutcome.Superseded);
        write.Ack(index, late => RecordAcked(write, follower, answer, attempt, delayMs, late), RecordAnswered);
        return true;
    }

    /// <summary>Waits out the backoff. A newer version of the key that is stored here is on its way itself, so this one need not go on.</summary>
    private async Task<RetryTurn> WaitForRetryAsync(WriteInFlight write, FollowerLink follower, int attempt, CancellationToken cancellation)
    {
        var coalesce = !write.Naive;
        var hints = write.Settings.Delivery == Delivery.Hinted
            ? new HintRule(TimeSpan.FromMilliseconds(write.Settings.HintWindowMs), write.Settings.HintLimit, write.StartedAt)
            : null;
        var turn = await follower.WaitForRetryAsync(write.Entry, Backoff(write, follower.Peer.Id, attempt), coalesce, hints, cancellation);
        if (turn != RetryTurn.Now || !coalesce) return turn;
        try
        {
            var held = await _store.GetAsync(write.Entry.Key, cancellation);
            return held is null || held.Version <= write.Entry.Version ? RetryTurn.Now : RetryTurn.Superseded;
        }
        catch (StoreException)
        {
            // Nobody can say whether it is needed; a follower that does not need it refuses it.
            return RetryTurn.Now;
        }
    }

    /// <summary>Doubling, capped, and jittered between half and all of it, so that followers that return are not hit by all at once.</summary>
    private TimeSpan Backoff(WriteInFlight write, string follower, int attempt)
    {
        var full = _options.FirstBackoff * Math.Pow(2, Math.Min(attempt - 1, 30));
        if (full > _options.LongestBackoff) full = _options.LongestBackoff;
        return full * (0.5 + 0.5 * DelaySchedule.Uniform(write.Settings.Seed, write.Entry.Version.Counter, follower, -attempt));
    }

    private static double ScheduledDelayMs(WriteInFlight write, int index, int attempt) =>
        DelaySchedule.DelayMs(write.Settings, write.Entry.Version.Counter, write.Followers[index].Peer.Id, attempt, index);

    private void Fail(WriteInFlight write, int index, int attempt, double delayMs, DeliveryReason reason, string detail)
    {
        var follower = write.Followers[index];
        if (attempt > 0) follower.AttemptFailed(detail);
        write.Fail(index, late => _events.Record(
            EventKind.DeliveryFailed, write.Entry.Key, write.Entry.Version, peer: follower.Peer.Id, outcome: DeliveryOutcome.Failed,
            elapsedMs: write.Elapsed.TotalMilliseconds, delayMs: delayMs, attempt: attempt, late: late, reason: EnumNames.NameOf(reason), detail: detail), RecordAnswered);
    }

    private void Abandon(WriteInFlight write, FollowerLink follower, int attempt, DeliveryReason reason)
    {
        follower.Abandoned();
        RecordAbandoned(write, follower, attempt, reason);
    }

    private void RecordAbandoned(WriteInFlight write, FollowerLink follower, int attempt, DeliveryReason reason) => _events.Record(
        EventKind.DeliveryAbandoned, write.Entry.Key, write.Entry.Version, peer: follower.Peer.Id,
        outcome: reason == DeliveryReason.Superseded ? DeliveryOutcome.Replaced : DeliveryOutcome.Failed,
        elapsedMs: write.Elapsed.TotalMilliseconds, attempt: attempt, reason: EnumNames.NameOf(reason));

    private void RecordAcked(
        WriteInFlight write, FollowerLink follower, ReplicateAnswer answer, int attempt, double delayMs, bool late) => _events.Record(
        EventKind.DeliveryAcked, write.Entry.Key, write.Entry.Version, peer: follower.Peer.Id, held: answer.Held,
        outcome: answer.Outcome switch
        {
            ReplicateOutcome.Applied => DeliveryOutcome.Applied,
            ReplicateOutcome.Superseded => DeliveryOutcome.Superseded,
            _ => DeliveryOutcome.Duplicate,
        },
        elapsedMs: write.Elapsed.TotalMilliseconds, delayMs: delayMs, attempt: attempt, late: late, naive: write.Naive);
}
