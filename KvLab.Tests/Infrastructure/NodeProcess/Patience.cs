using System.Diagnostics;
using Xunit;

namespace KvLab.Tests.Infrastructure.NodeProcess;

/// <summary>The one timeout of all tests with real processes and connections, and waiting for conditions instead of sleeping.</summary>
internal static class Patience
{
    /// <summary>Far longer than anything takes on a busy machine; a test that needs it has failed.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(180);

    // Soon at first; then seldom enough not to take the processor from those who are waited for.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(80);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        for (var look = FirstLook; !await condition(); look = look * 1.5 < LastLook ? look * 1.5 : LastLook)
        {
            if (Stopwatch.GetElapsedTime(start) > Limit) Assert.Fail($"Within {Limit.TotalSeconds} s it did not happen that {what}.");
            await Task.Delay(look, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>
    /// Tries with a delay, and when the machine was too slow for it with twice as much, until things came in the order that the delay is for: what is
    /// shown is what happens in that order, not how quick the machine is.
    /// </summary>
    /// <param name="attempt">Number of the attempt and delay in ms → whether the order was the wanted one.</param>
    public static async Task UntilOrderedAsync(Func<int, int, Task<bool>> attempt, string what)
    {
        for (var (number, delayMs) = (1, 500); ; number++, delayMs *= 2)
        {
            if (await attempt(number, delayMs)) return;
            Assert.True(delayMs < Limit.TotalMilliseconds / 4, $"Not even with a delay of {delayMs} ms did it happen that {what}.");
        }
    }

    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);
}
