using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Simulation;

[Trait("Category", "Scenario")]
public sealed class SeededRunTests
{
    private const int Seeds = 200;

    [Fact]
    public void Each_of_two_hundred_seeds_has_one_run_of_its_own()
    {
        var once = Enumerable.Range(1, Seeds).Select(seed => SeededRun.Hash(seed)).ToList();
        // The other way round, so that nothing of one run can be left for the next.
        var again = Enumerable.Range(1, Seeds).Reverse().Select(seed => SeededRun.Hash(seed)).Reverse().ToList();
        Assert.Equal(once, again);
        Assert.Equal(Seeds, once.Distinct().Count());
        Assert.All(once, hash => Assert.Matches("^[0-9a-f]{64}$", hash));
    }
}

/// <summary>The command line of the simulator, as somebody at a shell has it: no node is started and no port is used.</summary>
[Trait("Category", "Process")]
public sealed class SimulateCommandTests
{
    private static async Task<(int Code, string Output)> RunAsync(params string[] args)
    {
        await using var command = DashboardProcess.Launch(args);
        await command.WaitForExitAsync();
        return (command.ExitCode, command.Output);
    }

    [Fact]
    public async Task Two_processes_have_one_hash_for_one_seed_and_another_for_another()
    {
        var (first, second, other) = (await RunAsync("simulate", "--seed", "5", "--hash"), await RunAsync("simulate", "--hash", "--seed", "5"), await RunAsync("simulate", "--seed", "6", "--hash"));
        Assert.Equal((0, SeededRun.Hash(5)), (first.Code, first.Output.Trim()));
        Assert.Equal(first, second);
        Assert.Equal(SeededRun.Hash(6), other.Output.Trim());
        Assert.NotEqual(first.Output, other.Output);
    }

    [Fact]
    public async Task A_story_and_an_experiment_are_run_and_marked()
    {
        var story = await RunAsync("scenario", "freeze", "--simulate", "--seed", "9");
        Assert.Equal(0, story.Code);
        Assert.Contains("expectations held", story.Output, StringComparison.Ordinal);
        Assert.Contains("simulated: virtual time, seed 9", story.Output, StringComparison.Ordinal);

        var folder = Directory.CreateTempSubdirectory("kvlab-simulated-").FullName;
        try
        {
            var experiment = await RunAsync("experiment", "--simulate", "--writes", "40", "--quorums", "3", "--seed", "11", "--out", folder);
            Assert.Equal(0, experiment.Code);
            Assert.Contains("simulated: virtual time, seed 11", experiment.Output, StringComparison.Ordinal);
            foreach (var file in (string[])["run.kvlab.json", "points.csv", "samples.csv", "report.html"]) Assert.True(File.Exists(Path.Combine(folder, file)), file);
            Assert.All((await File.ReadAllLinesAsync(Path.Combine(folder, "points.csv"), TestContext.Current.CancellationToken)).Skip(1),
                row => Assert.EndsWith(",\"simulated (virtual time, seed 11)\"", row, StringComparison.Ordinal));
            Assert.Contains("simulated (virtual time, seed 11)", await File.ReadAllTextAsync(Path.Combine(folder, "report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_cannot_be_simulated_is_refused_in_a_sentence()
    {
        foreach (var (words, args) in new (string, string[])[]
        {
            ("the simulator stores in memory only", ["experiment", "--simulate", "--preset", "storage-compared"]),
            ("followers must be a whole number from 1 to 15", ["scenario", "freeze", "--simulate", "--followers", "99"]),
            ("--seed is not known without --simulate", ["scenario", "freeze", "--seed", "1"]),
            ("seed must be a whole number", ["simulate", "--hash", "--seed", "x"]),
            ("--hash is missing", ["simulate"]),
        })
        {
            var (code, output) = await RunAsync(args);
            Assert.Equal(2, code);
            Assert.Contains(words, output, StringComparison.Ordinal);
        }
    }
}
