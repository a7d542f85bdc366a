using System.Diagnostics;

namespace KvLab.Nodes.Timing;

/// <summary>
/// The two places where work leaves a thread that carries everybody's work on and must not block (docs/decisions/0016): a client's answer leaves the
/// one thread of all simulated delays (<see cref="Core.Replication.LeaderOptions.OnTimers"/>), and a call of a storage that blocks leaves whichever of them it is on. A debug build, which tests run, refuses to block there.
/// </summary>
internal static class ThreadSeams
{
    public const string Timers = "KvLab timers";

    /// <summary>The runtime's name for the threads that wait for sockets and, in a node's process, deal with what they bring.</summary>
    private const string Sockets = ".NET Sockets";

    /// <summary>Runs what may block where it may: here, where this is a thread of the pool, else there.</summary>
    public static async Task<T> OnPoolAsync<T>(Func<T> mayBlock) => Thread.CurrentThread.IsThreadPoolThread ? mayBlock() : await Task.Run(mayBlock);

    /// <summary>What is about to be done may block.</summary>
    [Conditional("DEBUG")]
    public static void MayBlock(string what)
    {
        if (Thread.CurrentThread.Name is Timers or Sockets) Refuse(what);
    }

    /// <summary>What is about to be done takes longer than sending one message.</summary>
    [Conditional("DEBUG")]
    public static void MayTakeLong(string what)
    {
        if (Thread.CurrentThread.Name == Timers) Refuse(what);
    }

    private static void Refuse(string what) => throw new InvalidOperationException($"{what} is done on the thread “{Thread.CurrentThread.Name}”, on which others wait.");
}
