using System.Diagnostics;
using System.Net;
using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>How node processes start, stop, die, and come back.</summary>
[Trait("Category", "Process")]
public sealed class LifetimeTests
{
    // A leader that recovers leaves numbers out that its predecessor may have handed out.
    private static readonly long Skipped = new LeaderOptions().NumbersSkipped;

    [Fact]
    public async Task A_node_with_wrong_settings_ends_with_code_2_and_says_everything_at_once()
    {
        await using var node = RealNode.Launch(new Dictionary<string, string>
        {
            ["ROLE"] = "leader",
            ["PORT"] = "http",
            ["FOLLOWERS"] = "http://127.0.0.1:1,http://localhost:1",
            ["WRITE_QUORUM"] = "7",
        });
        await node.WaitForExitAsync();
        Assert.Equal(2, node.ExitCode);
        foreach (var name in (string[])["PORT", "FOLLOWERS", "WRITE_QUORUM"]) Assert.Contains($"  {name} ", node.Output);
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_the_node_with_a_sentence()
    {
        await using var first = await RealNode.StartAsync(new Dictionary<string, string> { ["ROLE"] = "follower", ["PORT"] = "0" });
        var port = new Uri(first.Url).Port.ToString();
        await using var second = RealNode.Launch(new Dictionary<string, string> { ["ROLE"] = "follower", ["PORT"] = port });
        await second.WaitForExitAsync();
        // Its own code: a supervisor repairs a lost race for a port, and nothing else (docs/decisions/0030).
        Assert.Equal(3, second.ExitCode);
        Assert.Contains($"cannot listen on port {port}", second.Output);
    }

    [Fact]
    public async Task A_leader_whose_storage_is_damaged_ends_with_a_sentence()
    {
        var folder = Directory.CreateTempSubdirectory("kvlab-damaged-");
        try
        {
            var settings = new Dictionary<string, string> { ["ROLE"] = "leader", ["PORT"] = "0", ["WRITE_QUORUM"] = "0", ["STORAGE"] = $"sqlite:{folder.FullName}/" };
            await using (var healthy = await RealNode.StartAsync(settings)) await healthy.KillAsync();
            await using (var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.FullName}/leader.db;Pooling=False"))
            {
                file.Open();
                await using var command = file.CreateCommand();
                command.CommandText = "INSERT INTO kvlab_entries VALUES (x'61', x'7B', 1, 1, 0, 0)";
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            await using var damaged = RealNode.Launch(settings);
            await damaged.WaitForExitAsync();
            Assert.Equal(1, damaged.ExitCode);
            Assert.Contains("cannot use its storage: The data in this storage is damaged", damaged.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("Unhandled exception", damaged.Output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_leader_that_lost_its_memory_goes_on_above_everything_that_its_followers_hold()
    {
        await using var cluster = await RealCluster.StartAsync(3, ("WRITE_QUORUM", "3"));
        for (var i = 1; i <= 30; i++) await cluster.WriteAsync($"k{i % 4}", $"{i}");
        await cluster.UntilQuiescentAsync();
        await cluster.LeaderNode.KillAsync();
        await cluster.StartLeaderAsync();

        Assert.Equal(4, (await RealCluster.DumpAsync(cluster.Leader)).Count);
        var answer = await cluster.WriteAsync("k1", "\"after\"");
        Assert.Equal(("success", 3, 31 + Skipped), ((string)answer["status"]!, (int)answer["acks"]!, (long)answer["version"]!));
        Assert.Equal(2, (long)answer["epoch"]!);
        await cluster.AssertConvergedAsync();
        Assert.Equal("after", (string)(await NodeHttp.GetAsync(cluster.Follower(1) + "/read/k1"))["value"]!);
    }

    [Fact]
    public async Task A_leader_that_restarts_after_a_reset_uses_no_version_twice_and_is_not_fenced()
    {
        await using var cluster = await RealCluster.StartAsync(2, ("WRITE_QUORUM", "2"));
        for (var i = 1; i <= 5; i++) await cluster.WriteAsync("k", $"{i}");
        foreach (var node in (string[])[cluster.Leader, cluster.Follower(1), cluster.Follower(2)]) await NodeHttp.PostAsync(node + "/clear");
        await cluster.LeaderNode.KillAsync();
        await cluster.StartLeaderAsync();
        var answer = await cluster.WriteAsync("k", "6");
        Assert.Equal(("success", 6 + Skipped, 2), ((string)answer["status"]!, (long)answer["version"]!, (long)answer["epoch"]!));
    }

    [Fact]
    public async Task A_leader_waits_a_while_for_silent_followers_and_refuses_writes_meanwhile()
    {
        var port = RealCluster.FreePort();
        var url = $"http://127.0.0.1:{port}";
        await using var leader = RealNode.Launch(new Dictionary<string, string>
        {
            ["ROLE"] = "leader",
            ["PORT"] = port.ToString(),
            ["FOLLOWERS"] = $"http://127.0.0.1:{RealCluster.FreePort()}",
            ["RECOVERY_TIMEOUT_MS"] = "600000",
        });
        NodeReply? write = null;
        await Patience.UntilAsync(async () =>
        {
            try
            {
                write = await NodeHttp.PostAsync(url + "/write", """{"key":"k","value":1}""");
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "the leader listens");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, write!.Status);
        Assert.Equal(TimeSpan.FromSeconds(1), write.Headers.RetryAfter!.Delta);
        var health = await NodeHttp.GetAsync(url + "/health");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "starting"), (health.Status, (string)health["status"]!));
    }

    [Fact]
    public async Task A_leader_that_is_asked_to_stop_delivers_what_is_open_first()
    {
        await using var cluster = await RealCluster.StartAsync(2, ("WRITE_QUORUM", "1"));
        await cluster.WriteAsync("k", "1", ",\"delaysMs\":{\"follower-2\":700}");
        await cluster.LeaderNode.AskToStopAsync();
        await cluster.LeaderNode.WaitForExitAsync();
        Assert.Equal(0, cluster.LeaderNode.ExitCode);
        Assert.Equal(1, (long)(await NodeHttp.GetAsync(cluster.Follower(2) + "/read/k"))["version"]!);
        Assert.DoesNotContain("left", cluster.LeaderNode.Output);
    }

    [Fact]
    public async Task What_a_stopping_leader_could_not_deliver_is_said_in_its_log_and_as_an_event()
    {
        await using var dashboard = await FakeDashboard.StartAsync();
        await using var cluster = await RealCluster.StartAsync(2, ("WRITE_QUORUM", "1"), ("DASHBOARD_URL", dashboard.Url));
        await Patience.UntilAsync(() => dashboard.Heard.Of("leader").Any(e => e.Kind == EventKind.NodeReady), "the leader is on the dashboard");
        await cluster.WriteAsync("k", "1", ",\"delaysMs\":{\"follower-2\":60000}");
        await cluster.LeaderNode.AskToStopAsync();
        await cluster.LeaderNode.WaitForExitAsync();
        Assert.Contains("1 to follower-2", cluster.LeaderNode.Output);
        Assert.Contains("1 to follower-2", dashboard.Heard.Of("leader").Single(e => e.Kind == EventKind.NodeStopping).Detail);
    }

    [Fact]
    public async Task A_node_ends_with_the_pipe_of_the_process_that_started_it()
    {
        await using var node = await RealNode.StartAsync(new Dictionary<string, string> { ["ROLE"] = "follower", ["PORT"] = "0", ["PARENT_WATCH"] = "stdin" });
        node.CloseInput();
        await node.WaitForExitAsync();
        Assert.Equal(0, node.ExitCode);
    }

    [Fact]
    public async Task Even_a_frozen_node_ends_when_the_process_that_started_it_is_killed()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux kills children of a dead parent.");
        // The shell is the parent; it hands on our pipe, which stays open, so that only the kernel's signal can end the frozen node.
        var dll = Path.Combine(AppContext.BaseDirectory, "KvLab.Nodes.dll");
        var start = new ProcessStartInfo("sh", ["-c", $"exec 3<&0; dotnet '{dll}' --role=follower --port=0 --parent-watch=stdin <&3 & echo $!; wait"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var shell = Process.Start(start.ToBeKilled())!;
        var node = int.Parse((await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!);
        try
        {
            Assert.Contains("ready on", await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            await RealNode.SignalAsync(node, "STOP");
            shell.Kill();
            await Patience.UntilAsync(() => !IsAlive(node), "the frozen node is gone");
        }
        finally
        {
            if (!shell.HasExited) shell.Kill();
            if (IsAlive(node)) Process.GetProcessById(node).Kill();
        }
    }

    private static bool IsAlive(int process)
    {
        try
        {
            // A zombie that nobody has waited for is dead as well.
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
