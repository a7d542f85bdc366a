using System.Diagnostics;
using Xunit;

namespace KvLab.Tests.Infrastructure.NodeProcess;

/// <summary>The one timeout of all tests with real processes and connections, and waiting for conditions instead of sleeping.</summary>
internal static class Patience
{
    /// <summary>Far longer than anything takes on a busy machine; a test that needs it has failed.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(15);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Limit) Assert.Fail($"Within {Limit.TotalSeconds} s it did not happen that {what}.");
            await Task.Delay(Look, TestContext.Current.CancellationToken);
        }
    }

    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);
}
