namespace KvLab.Core.Replication;

/// <summary>Counts what is under way, and says when nothing is.</summary>
internal sealed class WorkCounter
{
    private readonly Lock _gate = new();
    private int _count;
    private TaskCompletionSource? _zero;

    public int Count
    {
        get { lock (_gate) return _count; }
    }

    public void Enter(int units = 1)
    {
        lock (_gate) _count += units;
    }

    public void Leave()
    {
        TaskCompletionSource? zero = null;
        lock (_gate)
        {
            if (--_count == 0) (zero, _zero) = (_zero, null);
        }

        zero?.SetResult();
    }

    public Task WhenZeroAsync()
    {
        lock (_gate)
        {
            if (_count == 0) return Task.CompletedTask;
            return (_zero ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
