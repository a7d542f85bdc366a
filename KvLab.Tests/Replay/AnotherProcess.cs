using System.Diagnostics;
using System.Runtime.CompilerServices;
using KvLab.Core.Analysis;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using Xunit;

namespace KvLab.Tests.Replay;

/// <summary>
/// This program once more, to do nothing but rebuild a state from a tape. Another process enumerates what is ordered by hashes of texts in another order, so an
/// order that depends on them shows.
/// </summary>
internal static class AnotherProcess
{
    private const string TapeVariable = "KVLAB_REPLAY_TAPE";

    /// <returns>The state after every picture that was taken, as <see cref="StateText.Hash"/>.</returns>
    public static async Task<string[]> StatesOf(string tape)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, UnderDotnet ? [typeof(AnotherProcess).Assembly.Location] : [])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [TapeVariable] = tape },
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static bool UnderDotnet => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";

    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(TapeVariable) is not { Length: > 0 } tape) return;
        foreach (var state in Rebuild(tape)) Console.WriteLine(state);
        Environment.Exit(0);
    }

    private static IEnumerable<string> Rebuild(string tape)
    {
        var reducer = new ClusterReducer((settings, followers) => OrderStatistics.MeanMs(settings, followers));
        foreach (var observed in Tape.Read(File.ReadAllBytes(tape)))
        {
            reducer.Apply(observed);
            if (observed.What is PictureTaken) yield return StateText.Hash(reducer.Snapshot);
        }
    }
}
