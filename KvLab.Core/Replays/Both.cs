using System.Runtime.ExceptionServices;

namespace KvLab.Core.Replays;

/// <summary>Two things at a time that have nothing to do with each other.</summary>
internal static class Both
{
    /// <summary>When both are done. What the first could not do is what is told.</summary>
    public static void Do(Action one, Action other)
    {
        try
        {
            Parallel.Invoke(one, other);
        }
        catch (AggregateException failed)
        {
            ExceptionDispatchInfo.Throw(failed.InnerExceptions[0]);
        }
    }
}
