using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Waiting;

namespace KvLab.Core.Replication;

/// <summary>
/// One write from its start until its last outcome: the settings it began with, its quorum, and the promise of the client's answer.
/// </summary>
/// <param name="before">Where it goes on from a recorded run: what had come by then.</param>
internal sealed class WriteInFlight(
    Entry entry, LiveSettings settings, IReadOnlyList<FollowerLink> followers, long startedAt, TimeProvider time, OpenWrite? before = null)
{
    private readonly Lock _gate = new();

    // Whoever brings the deciding ack carries the client's answer on, outside the gate: waking another thread for it took a tenth of a fast write.
    private readonly TaskCompletionSource<WriteResult> _answer = new();
    private QuorumTracker _quorum = new(followers.Count, Math.Clamp(settings.FollowerAcks() - (before?.Acks ?? 0), 0, followers.Count));
    private ITimer? _deadline;
    private bool _decided = before?.Answer is not null;

    public Entry Entry { get; } = entry;

    /// <summary>A timestamp of the leader's clock.</summary>
    public long StartedAt { get; } = startedAt;
    public LiveSettings Settings { get; } = settings;
    public IReadOnlyList<FollowerLink> Followers { get; } = followers;
    public TimeSpan Timeout { get; } = TimeSpan.FromMilliseconds(settings.ReplicationTimeoutMs);
    // The leader has stored the write before it is sent to anybody.
    private int OwnCopy => Settings.QuorumCountsLeader ? 1 : 0;
    private int AcksBefore => before?.Acks ?? 0;

    public bool Naive => Settings.Versioning == VersioningMode.Naive;

    /// <summary>Completes at the W-th ack, when W is out of reach, or at the deadline: whichever comes first.</summary>
    public Task<WriteResult> Answer => _answer.Task;

    public TimeSpan Elapsed => time.GetElapsedTime(StartedAt);

    /// <summary>Starts the deadline, and answers at once where nothing has to be waited for (W = 0).</summary>
    public void Begin(Action<WriteResult> onAnswer)
    {
        WriteResult? decided;
        lock (_gate)
        {
            decided = DecideByQuorum(onAnswer);
            if (!_decided)
            {
                var left = Timeout - Elapsed;
                _deadline = time.For(Entry, static e => $"The timeout of {e.Version} of {e.Key} is reached.").CreateTimer(_ => AnswerNow(AnswerReason.Deadline, onAnswer), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, System.Threading.Timeout.InfiniteTimeSpan);
            }
        }

        Answered(decided);
    }

    /// <summary>Counts an ack; <paramref name="onAck"/> learns whether it is late, before the client's answer goes out.</summary>
    public void Ack(int follower, Action<bool> onAck, Action<WriteResult> onAnswer)
    {
        WriteResult? decided;
        lock (_gate)
        {
            _quorum = _quorum.Ack(follower);
            onAck(_decided);
            decided = DecideByQuorum(onAnswer);
        }

        Answered(decided);
    }

    /// <summary>Counts a failed attempt. A later ack of the same follower outweighs it, as long as the client waits.</summary>
    public void Fail(int follower, Action<bool> onFail, Action<WriteResult> onAnswer)
    {
        WriteResult? decided;
        lock (_gate)
        {
            _quorum = _quorum.Fail(follower);
            onFail(_decided);
            decided = DecideByQuorum(onAnswer);
        }

        Answered(decided);
    }

    /// <summary>The client went away: it waits no longer, the write goes on.</summary>
    public void StopWaiting(CancellationToken cancelled) => _answer.TrySetCanceled(cancelled);

    /// <summary>Answers with what is known so far, because nothing more will come.</summary>
    public void AnswerNow(AnswerReason reason, Action<WriteResult> onAnswer)
    {
        WriteResult? decided;
        lock (_gate) decided = Decide(reason, onAnswer);
        Answered(decided);
    }

    private void Answered(WriteResult? result)
    {
        if (result is not null) _answer.TrySetResult(result);
    }

    private WriteResult? DecideByQuorum(Action<WriteResult> onAnswer) => _quorum.State switch
    {
        QuorumState.Reached => Decide(AnswerReason.QuorumReached, onAnswer),
        QuorumState.Unreachable => Decide(AnswerReason.QuorumUnreachable, onAnswer),
        _ => null,
    };

    // Under the gate: the answer is decided once, and what the tracker says at that moment is what the client is told.
    private WriteResult? Decide(AnswerReason reason, Action<WriteResult> onAnswer)
    {
        if (_decided) return null;
        _decided = true;
        _deadline?.Dispose();
        var status = _quorum.State == QuorumState.Reached ? WriteStatus.Success : WriteStatus.PartialSuccess;
        var result = new WriteResult(status, reason, Entry.Key, Entry.Version,
            _quorum.Acks + AcksBefore + OwnCopy, Settings.WriteQuorum, _quorum.Followers, Elapsed)
        { CountsLeader = Settings.QuorumCountsLeader, Naive = Naive };
        onAnswer(result);
        return result;
    }
}
