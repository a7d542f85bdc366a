using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Core.Waiting;

namespace KvLab.Core.Replication;

public sealed partial class Leader
{
    /// <summary>
    /// The write path: take a version and store in one step, send to all followers at once, answer at the W-th ack, or as soon as W is
    /// out of reach, or at the deadline. The write stays stored whatever the answer is.
    /// </summary>
    /// <param name="delaysMs">Lab only: chosen delays of the first attempts by follower id, in ms; the others keep the schedule's.</param>
    /// <param name="cancellation">Ends the waiting, not the write.</param>
    /// <exception cref="LeaderStoppedException">The leader is shutting down; nothing was stored.</exception>
    /// <exception cref="StoreException">It could not be stored here: nobody was sent it, and its version is left out.</exception>
    public async Task<WriteResult> WriteAsync(
        string key, JsonText value, IReadOnlyDictionary<string, double>? delaysMs = null, CancellationToken cancellation = default)
    {
        _work.BeginWrite();
        try
        {
            var startedAt = _time.GetTimestamp();
            var write = await BeginAsync(key, value, delaysMs, startedAt);
            await using (cancellation.UnsafeRegister(static (w, token) => ((WriteInFlight)w!).StopWaiting(token), write))
            {
                var result = await write.Answer;
                // Here, and not in a method of its own: what that returned might be over before it is awaited, and nothing would have been left.
                if (_options.OnTimers?.Invoke() == true) await Task.Yield();
                return result;
            }
        }
        finally
        {
            _work.EndWrite();
        }
    }

    private async Task<WriteInFlight> BeginAsync(string key, JsonText value, IReadOnlyDictionary<string, double>? delaysMs, long startedAt)
    {
        await _resets.EnterAsync();
        try
        {
            if (_stopping) throw new LeaderStoppedException(_deposedBy > 0 ? $"Another leader has led since epoch {_deposedBy}." : StoppedSentence);
            var (settings, followers) = _state;
            var entry = settings.Versioning == VersioningMode.Naive
                ? await StoreInTwoStepsAsync(key, value, settings)
                : await StoreInOneStepAsync(key, value);
            var write = new WriteInFlight(entry, settings, followers, startedAt, _time);
            Replicate(write, delaysMs);
            return write;
        }
        finally
        {
            _resets.Leave();
        }
    }

    /// <summary>Version and store under one lock per key: the leader cannot end up with the older of two concurrent writes.</summary>
    private async ValueTask<Entry> StoreInOneStepAsync(string key, JsonText value)
    {
        using var held = await _keys.LockAsync(key, CancellationToken.None);
        var entry = new Entry(key, value, _versions.Next());
        var startedAt = _store.TakesTime ? _time.GetTimestamp() : 0;
        var result = await _store.ApplyAsync(entry, ApplyRule.NewerWins);
        RecordAccepted(entry, result.Held, naive: false, startedAt);
        return entry;
    }

    /// <summary>
    /// As the seed does it: first the version, then the store, with no comparison and nothing that holds the two together. Two concurrent
    /// writes can store in the other order and leave the older one on the leader for ever.
    /// </summary>
    private async ValueTask<Entry> StoreInTwoStepsAsync(string key, JsonText value, LiveSettings settings)
    {
        var entry = new Entry(key, value, _versions.Next());
        var pause = _options.NaiveWindow * DelaySchedule.Uniform(settings.Seed, entry.Version.Counter, NodeId, attempt: 0);
        await _time.For((NodeId, entry), static w => $"{w.NodeId} stores {w.entry.Version} of {w.entry.Key}; in naive mode it took the number in an earlier step.").WaitAsync(pause, CancellationToken.None);
        var startedAt = _store.TakesTime ? _time.GetTimestamp() : 0;
        var result = await _store.ApplyAsync(entry, ApplyRule.LastArrivalWins);
        RecordAccepted(entry, result.Held, naive: true, startedAt);
        return entry;
    }

    private void RecordAccepted(Entry entry, EntryVersion held, bool naive, long startedAt) => _events.Record(
        EventKind.WriteAccepted, entry.Key, entry.Version, entry.Value.Preview(), held: held, naive: naive,
        elapsedMs: _store.TakesTime ? _time.GetElapsedTime(startedAt).TotalMilliseconds : null);

    private void RecordAnswered(WriteResult result) => _events.Record(
        EventKind.WriteAnswered, result.Key, result.Version,
        elapsedMs: result.Elapsed.TotalMilliseconds, acks: result.Acks, required: result.Required, naive: result.Naive, leaderCounted: result.CountsLeader,
        reason: EnumNames.NameOf(result.Status), detail: EnumNames.NameOf(result.Reason));
}

/// <summary>The leader accepts no more writes.</summary>
public sealed class LeaderStoppedException : Exception
{
    public LeaderStoppedException() : base(Leader.StoppedSentence) { }
    public LeaderStoppedException(string message) : base(message) { }
    public LeaderStoppedException(string message, Exception inner) : base(message, inner) { }
}
