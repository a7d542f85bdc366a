using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>Supervised nodes never outlive the dashboard, however it ends.</summary>
[Trait("Category", "Process")]
public sealed class DashboardLifetimeTests
{
    /// <summary>The promise is 3 s from the kill, here measured from before it; it holds on a machine that does nothing else, so only those who ask for kills hold us to it.</summary>
    private static readonly TimeSpan NodesAreGoneWithin = Wanted is null ? Patience.Limit : TimeSpan.FromSeconds(3);

    // KVLAB_KILLS=20 repeats the kill as often and measures it.
    private static string? Wanted => Environment.GetEnvironmentVariable("KVLAB_KILLS");

    private static string[] Args() =>
        ["--urls", "http://127.0.0.1:0", $"--Cluster:BasePort={RealCluster.FreePorts(6)}"];

    private static async Task<int[]> NodeProcessesAsync(DashboardProcess dashboard)
    {
        var cluster = await NodeHttp.GetAsync(await dashboard.UrlAsync() + "/api/cluster");
        var ids = cluster["nodes"]!.AsArray().Select(n => (int)n!["pid"]!).ToArray();
        Assert.Equal(6, ids.Distinct().Count());
        return ids;
    }

    private static bool IsAlive(int process)
    {
        try
        {
            // A zombie that nobody has reaped yet is dead.
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task AssertGoneAsync(int[] processes, long since)
    {
        await Patience.UntilAsync(() => !processes.Any(IsAlive), "all nodes are gone");
        var took = Stopwatch.GetElapsedTime(since);
        TestContext.Current.TestOutputHelper?.WriteLine($"all nodes gone after {took.TotalMilliseconds:0} ms");
        Assert.True(took < NodesAreGoneWithin, $"The nodes took {took} to end.");
    }

    [Fact]
    public async Task Killed_by_sigkill_it_leaves_no_node_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        // For every day once is enough: the next test kills another.
        var times = int.TryParse(Wanted, out var wanted) ? wanted : 1;
        for (var i = 0; i < times; i++)
        {
            await using var dashboard = DashboardProcess.Launch(Args());
            var nodes = await NodeProcessesAsync(dashboard);
            var start = Stopwatch.GetTimestamp();
            dashboard.Kill();
            await AssertGoneAsync(nodes, start);
        }
    }

    [Fact]
    public async Task Killed_by_sigkill_it_takes_frozen_nodes_with_it_and_asked_to_stop_likewise()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        foreach (var bySigkill in (bool[])[true, false])
        {
            await using var dashboard = DashboardProcess.Launch(Args());
            var nodes = await NodeProcessesAsync(dashboard);
            foreach (var id in (string[])["leader", "follower-3"])
                Assert.Equal("frozen", (string)(await NodeHttp.PostAsync($"{await dashboard.UrlAsync()}/api/cluster/nodes/{id}/freeze"))["state"]!);
            var start = Stopwatch.GetTimestamp();
            if (bySigkill) dashboard.Kill();
            else await dashboard.AskToStopAsync();
            if (bySigkill) await AssertGoneAsync(nodes, start);
            await dashboard.WaitForExitAsync();
            Assert.DoesNotContain(nodes, IsAlive);
        }
    }

    [Fact]
    public async Task Asked_to_stop_it_ends_its_nodes_and_exits_with_zero()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sends signals.");
        var home = Directory.CreateTempSubdirectory("kvlab-home-");
        try
        {
            await using var dashboard = DashboardProcess.LaunchAtHome(home.FullName, [.. Args(), "--KVLAB_DATA", Path.Combine(home.FullName, "data")]);
            var nodes = await NodeProcessesAsync(dashboard);
            await NodeHttp.GetAsync(await dashboard.UrlAsync() + "/");
            // Impatient people press Ctrl+C twice.
            await RealNode.SignalAsync(dashboard.Id, "INT");
            await RealNode.SignalAsync(dashboard.Id, "INT");
            await dashboard.WaitForExitAsync();
            Assert.Equal(0, dashboard.ExitCode);
            Assert.DoesNotContain(nodes, IsAlive);
            Assert.Single(dashboard.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            // Nothing of it is left behind but the data that was asked for, no key ring for example.
            Assert.DoesNotContain(home.GetDirectories(), d => d.Name != "data");
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Killing_dotnet_run_ends_dashboard_and_nodes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        await using var run = DashboardProcess.LaunchByDotnetRun(Args());
        var url = await run.UrlAsync();
        var nodes = await NodeProcessesAsync(run);
        run.Kill();
        await Patience.UntilAsync(() => !nodes.Any(IsAlive), "all nodes are gone");
        await Patience.UntilAsync(async () => !await NodeHttp.IsReadyAsync(url), "the dashboard is gone");
    }

    [Fact]
    public async Task A_taken_address_ends_it_with_a_sentence_and_starts_nothing()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var dashboard = DashboardProcess.Launch("--urls", $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}");
        await dashboard.WaitForExitAsync();
        Assert.Equal(1, dashboard.ExitCode);
        Assert.Contains("address already in use", dashboard.Output);
        Assert.Contains("--urls", dashboard.Output);
    }

    [Fact]
    public async Task Wrong_options_end_it_with_everything_that_is_wrong()
    {
        await using var dashboard = DashboardProcess.Launch("--Cluster:Followers=99", "--Cluster:BasePort=x", "--Cluster:Quorum=2");
        await dashboard.WaitForExitAsync();
        Assert.Equal(2, dashboard.ExitCode);
        foreach (var name in (string[])["Cluster:Followers", "Cluster:BasePort", "Cluster:Quorum"]) Assert.Contains(name, dashboard.Output);
    }

    [Fact]
    public async Task What_keeps_it_from_starting_is_said_in_one_line_and_so_is_what_keeps_a_command_from_being_run()
    {
        var file = Path.GetTempFileName();
        try
        {
            await Task.WhenAll(
                EndsWithAsync(1, "https needs a certificate", "--urls", "https://127.0.0.1:0"),
                EndsWithAsync(1, "there is no file /nowhere/lab.pfx", "--urls", "https://127.0.0.1:0", "--Kestrel:Certificates:Default:Path=/nowhere/lab.pfx"),
                EndsWithAsync(1, "The nodes' program KvLab.Nodes is not in /nowhere", "--urls", "http://127.0.0.1:0", "--Cluster:NodesPath=/nowhere", "--KVLAB_DATA", file + ".data"),
                EndsWithAsync(2, "results cannot be written to", "experiment", "--preset", "current", "--out", Path.Combine(file, "results")));
        }
        finally
        {
            File.Delete(file);
            if (Directory.Exists(file + ".data")) Directory.Delete(file + ".data", recursive: true);
        }

        static async Task EndsWithAsync(int code, string words, params string[] args)
        {
            await using var dashboard = DashboardProcess.Launch(args);
            await dashboard.WaitForExitAsync();
            Assert.Contains(words, Assert.Single(dashboard.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
            Assert.Equal(code, dashboard.ExitCode);
        }
    }

    [Fact]
    public async Task Ctrl_C_ends_a_list_of_stories_in_order_and_without_a_stack_trace()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sends signals.");
        await using var command = DashboardProcess.Launch("scenario", "all");
        // One is over and must not be cancelled again, another one runs.
        await Patience.UntilAsync(() => command.Output.Contains("passed:", StringComparison.Ordinal), "the first story is over");
        await RealNode.SignalAsync(command.Id, "INT");
        await command.WaitForExitAsync();
        Assert.Equal(130, command.ExitCode);
        Assert.DoesNotContain("Exception", command.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task External_mode_beyond_loopback_needs_a_token()
    {
        await using var dashboard = DashboardProcess.Launch("--urls", "http://0.0.0.0:0", "--Cluster:Mode=External");
        await dashboard.WaitForExitAsync();
        Assert.Equal(2, dashboard.ExitCode);
        Assert.Contains("Cluster:Token", dashboard.Output);
    }
}
