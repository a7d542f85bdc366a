using KvLab.Core.Storage;

namespace KvLab.Nodes.Storage;

/// <summary>One entry on its way into a durable store.</summary>
public readonly record struct Put(Entry Entry, ApplyRule Rule);

/// <summary>
/// While one commit is under way, what comes meanwhile gathers and is committed together next: sixty writers cost one flush of the disk and not sixty
/// (group commit; DeWitt et al., Implementation Techniques for Main Memory Database Systems, 1984). One commit at a time, so arrivals keep their order.
/// </summary>
/// <param name="commit">Stores all of them in one step, and answers in their order.</param>
internal sealed class GroupCommit(Func<IReadOnlyList<Put>, Task<ApplyResult[]>> commit)
{
    /// <summary>Entries in one commit; a single caller's are never parted, so it may be more.</summary>
    public const int Largest = 512;

    /// <summary>Entries that wait at most; what comes beyond is refused, so that a storage that stands still does not fill the memory.</summary>
    public const int MostWaiting = 20_000;

    private sealed record Waiting(Put[] Puts, TaskCompletionSource<ApplyResult[]> Done);

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _queue = new();
    private int _waiting;
    private bool _running;

    /// <param name="cancellation">Gives up waiting. What is not on its way to the storage by then never will be; else its fate is not known.</param>
    /// <exception cref="StoreException">Too much waits already, or the commit failed; the latter fails everybody who was in it.</exception>
    public async Task<ApplyResult[]> CommitAsync(Put[] puts, CancellationToken cancellation)
    {
        var waiting = new Waiting(puts, new TaskCompletionSource<ApplyResult[]>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            if (_waiting + puts.Length > MostWaiting)
                throw new StoreException(StoreFailure.Slow, $"{_waiting} entries wait for the storage already; no more are taken.");
            _queue.Enqueue(waiting);
            _waiting += puts.Length;
            if (!_running)
            {
                _running = true;
                _ = Task.Run(DrainAsync, CancellationToken.None);
            }
        }

        await using (cancellation.UnsafeRegister(static (done, token) => ((TaskCompletionSource<ApplyResult[]>)done!).TrySetCanceled(token), waiting.Done))
            return await waiting.Done.Task;
    }

    private async Task DrainAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            var puts = group.Count == 1 ? group[0].Puts : [.. group.SelectMany(w => w.Puts)];
            try
            {
                var results = await commit(puts);
                var from = 0;
                foreach (var waiting in group)
                {
                    waiting.Done.TrySetResult(results[from..(from + waiting.Puts.Length)]);
                    from += waiting.Puts.Length;
                }
            }
            catch (Exception failure)
            {
                foreach (var waiting in group) waiting.Done.TrySetException(failure);
            }
        }
    }

    private List<Waiting> Take()
    {
        var group = new List<Waiting>();
        var size = 0;
        lock (_gate)
        {
            while (_queue.TryPeek(out var next) && (size == 0 || size + next.Puts.Length <= Largest))
            {
                _queue.Dequeue();
                _waiting -= next.Puts.Length;
                if (next.Done.Task.IsCompleted) continue;
                group.Add(next);
                size += next.Puts.Length;
            }

            _running = group.Count > 0;
        }

        return group;
    }
}
