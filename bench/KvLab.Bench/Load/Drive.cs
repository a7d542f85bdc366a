using System.Diagnostics;
using System.Runtime.InteropServices;

namespace KvLab.Bench.Load;

/// <summary>
/// Drives clients from one thread. A thread for each costs a switch per write, which two cores lack for what is measured; one thread that asks
/// the kernel who has an answer serves all at less than half of that.
/// </summary>
internal static partial class Drive
{
    private const short Readable = 1;
    private const int StalledAfterMs = 30_000;

    /// <param name="next">Whether one more write is to be sent, given the time.</param>
    /// <exception cref="BenchException">Nobody answers there.</exception>
    public static void Run(IReadOnlyList<Client> clients, Func<long, bool> next)
    {
        if (clients is [var only]) RunOne(only, next);
        else RunMany(clients, next);
    }

    private static void RunOne(Client client, Func<long, bool> next)
    {
        while (next(Stopwatch.GetTimestamp()))
        {
            if (!client.Begin(Stopwatch.GetTimestamp())) continue;
            while (!client.Continue())
            {
            }
        }
    }

    private static unsafe void RunMany(IReadOnlyList<Client> clients, Func<long, bool> next)
    {
        // Descriptor −1: that client is done, and poll passes it over.
        var polls = new Poll[clients.Count];
        var open = 0;
        for (var i = 0; i < polls.Length; i++) Send(i);
        while (open > 0)
        {
            int ready;
            fixed (Poll* first = polls) ready = WaitForAny(first, (nuint)polls.Length, StalledAfterMs);
            if (ready == 0) throw new BenchException($"No answer in {StalledAfterMs / 1000} s.");
            for (var i = 0; i < polls.Length && ready > 0; i++)
            {
                if (polls[i].Descriptor < 0 || polls[i].Got == 0) continue;
                ready--;
                if (!clients[i].Continue()) continue;
                open--;
                Send(i);
            }
        }

        void Send(int i)
        {
            polls[i] = new Poll { Descriptor = -1, Wanted = Readable };
            for (var now = Stopwatch.GetTimestamp(); next(now); now = Stopwatch.GetTimestamp())
            {
                if (!clients[i].Begin(now)) continue;
                polls[i].Descriptor = clients[i].Descriptor;
                open++;
                return;
            }
        }
    }

    /// <summary>The kernel's struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Poll
    {
        public int Descriptor;
        public short Wanted;
        public short Got;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static unsafe partial int WaitForAny(Poll* first, nuint count, int timeoutMs);
}
