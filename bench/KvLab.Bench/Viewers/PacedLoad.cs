using System.Diagnostics;
using KvLab.Bench.Load;

namespace KvLab.Bench.Viewers;

/// <summary>Writes at a steady rate. Each client writes when its next turn has come; the rate holds for as long as answers take less than all turns of a round.</summary>
internal static class PacedLoad
{
    private const int Clients = 16;

    /// <returns>Writes that were answered, and those that were not.</returns>
    public static async Task<(int Answered, int Failed)> RunAsync(Target target, int perSecond, TimeSpan duration)
    {
        var clients = Enumerable.Range(0, Clients).Select(n => new Client(target, n * Math.Max(1, target.Keys / Clients))).ToArray();
        var start = Stopwatch.GetTimestamp();
        var turn = 0;
        await Task.WhenAll(clients.Select(client => Task.Factory.StartNew(() => Run(client), TaskCreationOptions.LongRunning)));
        var result = (clients.Sum(c => c.Latencies.Count), clients.Sum(c => c.Failed));
        foreach (var client in clients) client.Dispose();
        return result;

        void Run(Client client)
        {
            while (WaitForTurn())
            {
                if (!client.Begin(Stopwatch.GetTimestamp())) continue;
                while (!client.Continue())
                {
                    // The answer comes in pieces.
                }
            }
        }

        bool WaitForTurn()
        {
            var due = TimeSpan.FromSeconds((double)Interlocked.Increment(ref turn) / perSecond);
            if (due > duration) return false;
            var wait = due - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) Thread.Sleep(wait);
            return true;
        }
    }
}
