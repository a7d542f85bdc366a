namespace KvLab.Nodes.Timing;

/// <summary>How the scheduling thread sleeps: until a moment, or until another thread wakes it.</summary>
internal interface IPreciseWait : IDisposable
{
    /// <summary>Returns at <paramref name="timestamp"/> (of <see cref="TimeProvider.GetTimestamp"/>; <see cref="long.MaxValue"/> is never) or after a <see cref="Wake"/>; may return early.</summary>
    void WaitUntil(long timestamp);

    /// <summary>Ends the wait, also one that is about to begin.</summary>
    void Wake();
}
