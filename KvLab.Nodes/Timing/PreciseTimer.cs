namespace KvLab.Nodes.Timing;

/// <summary>One timer of a <see cref="PreciseTimeProvider"/>. Its fields belong to the provider's lock.</summary>
internal sealed class PreciseTimer(PreciseTimeProvider provider, TimerCallback callback, object? state) : ITimer
{
    public const int NotInHeap = -1;

    public int HeapIndex = NotInHeap;

    /// <summary>Timestamp of the next callback; means nothing outside the heap.</summary>
    public long DueAt;

    /// <summary>Timestamp units between callbacks, 0 for one callback only.</summary>
    public long Period;

    public bool Disposed;

    public void Fire() => callback(state);

    public bool Change(TimeSpan dueTime, TimeSpan period) => provider.Change(this, dueTime, period);

    public void Dispose() => provider.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
