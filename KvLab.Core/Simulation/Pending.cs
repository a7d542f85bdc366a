namespace KvLab.Core.Simulation;

/// <summary>Something that a <see cref="VirtualWorld"/> was asked to do and may not have done yet. Looking at it never blocks.</summary>
public sealed class Pending<T>(Task<T> task)
{
    public bool IsCompleted => task.IsCompleted;
    public bool IsCompletedSuccessfully => task.IsCompletedSuccessfully;
    public bool IsCanceled => task.IsCanceled;

    /// <summary>The outcome, or its exception; an error while it is still open.</summary>
    public T Result => task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("It is not done yet.");
}
