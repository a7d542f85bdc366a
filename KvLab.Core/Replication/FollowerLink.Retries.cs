using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Core.Waiting;

namespace KvLab.Core.Replication;

/// <summary>What a failed delivery does next.</summary>
internal enum RetryTurn
{
    /// <summary>Another attempt.</summary>
    Now,
    /// <summary>A newer version of the key goes on instead.</summary>
    Superseded,
    /// <summary>Kept for longer than the hint window.</summary>
    HintExpired,
    /// <summary>So many writes are kept for this follower already.</summary>
    HintsFull,
}

/// <summary>How long and for how many writes a follower that does not answer is waited for.</summary>
internal sealed record HintRule(TimeSpan Window, int Limit, long StartedAt);

/// <summary>
/// When a failed delivery is tried again. Three rules: each waits for its own backoff; of two that wait with the same key only the newer
/// goes on; and while a follower seems down only one attempt per probe interval is made, until the first ack wakes all of them.
/// </summary>
internal sealed partial class FollowerLink
{
    private enum Turn { Elapsed, Superseded, Back, Ended }

    private readonly Dictionary<string, Waiter> _waiting = new(StringComparer.Ordinal);
    private long _nextProbe;

    // Three in a row: a single lost message does not make a follower look down.
    private bool IsDown => _failuresInRow >= 3;

    /// <summary>Waits until this entry may be tried again.</summary>
    /// <param name="coalesce">Whether a newer version of the key makes this one needless; not so in naive mode.</param>
    /// <param name="hints">Null: it is waited for as long as it takes.</param>
    /// <exception cref="OperationCanceledException">The delivery was ended.</exception>
    public async Task<RetryTurn> WaitForRetryAsync(Entry entry, TimeSpan backoff, bool coalesce, HintRule? hints, CancellationToken cancellation)
    {
        while (true)
        {
            if (hints is not null)
            {
                var left = hints.Window - time.GetElapsedTime(hints.StartedAt);
                if (left <= TimeSpan.Zero) return RetryTurn.HintExpired;
                if (left < backoff) backoff = left;
                lock (_gate)
                    if (_waiting.Count >= hints.Limit) return RetryTurn.HintsFull;
            }

            var waiter = new Waiter(entry.Version);
            // A key that two versions share in naive mode waits twice, hence a name of its own for each.
            var slot = coalesce ? entry.Key : $"{entry.Key}\n{entry.Version.Counter}";
            if (!Enlist(slot, waiter)) return RetryTurn.Superseded;

            Turn turn;
            await using (cancellation.UnsafeRegister(static w => ((Waiter)w!).Release(Turn.Ended), waiter))
            await using (time.For((entry, Peer), static w => $"{w.entry.Version} of {w.entry.Key} is sent to {w.Peer.Id} again.").CreateTimer(static w => ((Waiter)w!).Release(Turn.Elapsed), waiter, backoff, Timeout.InfiniteTimeSpan))
                turn = await waiter.Released;

            lock (_gate)
            {
                if (_waiting.GetValueOrDefault(slot) == waiter) _waiting.Remove(slot);
            }

            cancellation.ThrowIfCancellationRequested();
            if (turn == Turn.Superseded) return RetryTurn.Superseded;
            if (turn == Turn.Back || MayTryNow()) return RetryTurn.Now;
        }
    }

    private bool Enlist(string slot, Waiter waiter)
    {
        lock (_gate)
        {
            if (_waiting.TryGetValue(slot, out var other))
            {
                if (other.Version > waiter.Version) return false;
                other.Release(Turn.Superseded);
            }

            _waiting[slot] = waiter;
            return true;
        }
    }

    private bool MayTryNow()
    {
        lock (_gate)
        {
            if (!IsDown) return true;
            var now = time.GetTimestamp();
            if (now < _nextProbe) return false;
            _nextProbe = now + (long)(options.ProbeInterval.TotalSeconds * time.TimestampFrequency);
            return true;
        }
    }

    private void ReleaseWaiting()
    {
        foreach (var waiter in _waiting.Values) waiter.Release(Turn.Back);
        _waiting.Clear();
    }

    private sealed class Waiter(EntryVersion version)
    {
        private readonly TaskCompletionSource<Turn> _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public EntryVersion Version { get; } = version;
        public Task<Turn> Released => _released.Task;
        public void Release(Turn turn) => _released.TrySetResult(turn);
    }
}
