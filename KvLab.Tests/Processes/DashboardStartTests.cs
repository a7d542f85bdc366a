using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>Starts that meet others on the way.</summary>
[Trait("Category", "Process")]
public sealed class DashboardStartTests
{
    [Fact]
    public async Task Labs_that_start_at_one_instant_with_one_base_port_all_have_their_nodes()
    {
        var port = RealCluster.FreePorts(4);
        var labs = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => LabDashboard.StartWithAsync("--Cluster:Followers=1", $"--Cluster:BasePort={port}")));
        foreach (var lab in labs) Assert.Equal("1 leader, 1 follower", lab.ReadyPhrase);
        Assert.Equal(4, labs.SelectMany(l => l.Snapshot.Nodes).Select(n => n.Url).Distinct().Count());
        foreach (var lab in labs) await lab.DisposeAsync();
    }

    [Fact]
    public async Task Asked_to_stop_while_it_starts_it_ends_without_a_word()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sends signals.");
        foreach (var milliseconds in (int[])[300, 700])
        {
            await using var dashboard = DashboardProcess.Launch("--urls", "http://127.0.0.1:0", "--Cluster:BasePort=0");
            await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
            await dashboard.AskToStopAsync();
            await dashboard.WaitForExitAsync();
            // Before the runtime listens to signals the kernel ends it: 128 + 15.
            Assert.Contains(dashboard.ExitCode, (int[])[0, 143]);
            Assert.DoesNotContain("Exception", dashboard.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("KvLab.Web", "KvLab cannot start")]
    [InlineData("KvLab.Nodes", "KvLab node cannot start")]
    public async Task With_too_few_open_files_it_ends_with_one_sentence(string program, string begins)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        var path = Path.Combine(AppContext.BaseDirectory.Replace("KvLab.Tests", program, StringComparison.Ordinal), $"{program}.dll");
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"ulimit -n 100; exec dotnet '{path}' --role=follower"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var words = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith(begins, words);
        Assert.Single(words.TrimEnd().Split('\n'));
    }
}
