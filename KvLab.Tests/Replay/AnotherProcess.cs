using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using KvLab.Core.Analysis;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using KvLab.Tests.Simulator;
using Xunit;

namespace KvLab.Tests.Replay;

/// <summary>
/// This program once more, to do one thing and print what came of it: to rebuild a state from a tape, or to walk through simulations. Another process enumerates what is ordered by hashes of
/// texts in another order, so an order that depends on them shows.
/// </summary>
internal static class AnotherProcess
{
    private const string TapeVariable = "KVLAB_REPLAY_TAPE";
    private const string WalksVariable = "KVLAB_WALKS";

    /// <returns>The state after every picture that was taken, as <see cref="StateText.Hash"/>.</returns>
    public static Task<string[]> StatesOf(string tape) => RunAsync(TapeVariable, tape);

    /// <returns>What <see cref="RandomWalks.Hashes"/> gives there.</returns>
    public static Task<string[]> WalksOf(int seeds) => RunAsync(WalksVariable, seeds.ToString(CultureInfo.InvariantCulture));

    private static async Task<string[]> RunAsync(string variable, string value)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, UnderDotnet ? [typeof(AnotherProcess).Assembly.Location] : [])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [variable] = value },
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
        var lines = Environment.GetEnvironmentVariable(TapeVariable) is { Length: > 0 } tape ? Rebuild(tape)
            : Environment.GetEnvironmentVariable(WalksVariable) is { Length: > 0 } seeds ? RandomWalks.Hashes(int.Parse(seeds, CultureInfo.InvariantCulture))
            : null;
        if (lines is null) return;
        foreach (var line in lines) Console.WriteLine(line);
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
