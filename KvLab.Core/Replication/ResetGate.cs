namespace KvLab.Core.Replication;

/// <summary>
/// Lets writes begin side by side, and a reset alone: while it is closed no write takes a version, stores or starts a delivery, so a reset
/// under load ends, and what it empties stays empty until it has ended.
/// </summary>
internal sealed class ResetGate
{
    private readonly Lock _gate = new();
    private int _inside;

    // Set while closed; completes when the gate opens.
    private TaskCompletionSource? _opens;

    // Set while a reset waits for the writes inside to get through.
    private TaskCompletionSource? _empty;

    public async ValueTask EnterAsync()
    {
        while (true)
        {
            Task opens;
            lock (_gate)
            {
                if (_opens is null)
                {
                    _inside++;
                    return;
                }

                opens = _opens.Task;
            }

            await opens;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            if (--_inside == 0) _empty?.TrySetResult();
        }
    }

    /// <summary>Closes the gate and waits until nobody is inside. One reset at a time; a second one waits for the first.</summary>
    public async Task CloseAsync()
    {
        while (TryClose() is { } opens) await opens;
        await _empty!.Task;
    }

    /// <returns>Null when the gate is now ours, else what to wait for.</returns>
    private Task? TryClose()
    {
        lock (_gate)
        {
            if (_opens is not null) return _opens.Task;
            _opens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_inside == 0) _empty.SetResult();
            return null;
        }
    }

    public void Open()
    {
        lock (_gate)
        {
            _opens?.SetResult();
            (_opens, _empty) = (null, null);
        }
    }
}
