using System.Net;
using System.Net.Sockets;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>
/// A port that was free when the dashboard looked and is taken when the node binds it. The nodes' program is a script here that lets the test take the port in between,
/// so that the race is lost every time and on every machine.
/// </summary>
[Trait("Category", "Process")]
public sealed class PortRaceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-race-").FullName;

    public PortRaceTests()
    {
        if (OperatingSystem.IsWindows()) return;
        var script = Path.Combine(_folder, "KvLab.Nodes");
        File.WriteAllText(script, $"""
            #!/bin/sh
            if [ -e '{_folder}/race-'$PORT ]; then
              rm '{_folder}/race-'$PORT
              : > '{_folder}/asked-'$PORT
              until [ -e '{_folder}/taken-'$PORT ] || [ ! -d '{_folder}' ]; do sleep 0.02; done
            fi
            exec dotnet '{Path.Combine(AppContext.BaseDirectory, "KvLab.Nodes.dll")}'

            """);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Takes the port when the next node on it has begun and has not bound it yet.</summary>
    private async Task<TcpListener> StealAsync(int port)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, $"race-{port}"), "", TestContext.Current.CancellationToken);
        await Patience.UntilAsync(() => File.Exists(Path.Combine(_folder, $"asked-{port}")), $"a node is about to bind port {port}");
        var thief = new TcpListener(IPAddress.Loopback, port);
        thief.Start();
        await File.WriteAllTextAsync(Path.Combine(_folder, $"taken-{port}"), "", TestContext.Current.CancellationToken);
        return thief;
    }

    private static int PortOf(LabDashboard lab, string node) => new Uri(lab.Node(node).Url).Port;

    [Fact]
    public async Task A_lost_race_moves_the_nodes_at_a_start_moves_a_new_follower_and_is_told_when_a_known_node_starts_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Uses a script as the nodes' program.");
        var basePort = RealCluster.FreePorts(4);
        var stealing = StealAsync(basePort + 1);
        await using var lab = await LabDashboard.StartWithAsync(
            "--Cluster:Followers=1", $"--Cluster:BasePort={basePort}", $"--Cluster:NodesPath={_folder}", "--Cluster:MinDelayMs=0", "--Cluster:MaxDelayMs=0");
        using var first = await stealing;
        Assert.Equal("1 leader, 1 follower", lab.ReadyPhrase);
        // All of them move, so that ports stay next to each other.
        Assert.Equal(PortOf(lab, "leader") + 1, PortOf(lab, "follower-1"));
        Assert.NotEqual(basePort, PortOf(lab, "leader"));
        Assert.Equal($"Port {basePort + 1} was busy, {PortOf(lab, "follower-1")} is used.", lab.Node("follower-1").Notice);

        stealing = StealAsync(basePort + 2);
        var added = await lab.PostAsync("/api/cluster/followers");
        using var second = await stealing;
        Assert.Equal((HttpStatusCode.Created, "follower-2"), (added.Status, (string)added["id"]!));
        Assert.Equal($"Port {basePort + 2} was busy, {PortOf(lab, "follower-2")} is used.", lab.Node("follower-2").Notice);
        Assert.Equal("success", (string)(await lab.WriteAsync("k", "1"))["status"]!);
        await lab.ConvergedAsync();

        var port = PortOf(lab, "follower-2");
        await lab.PostAsync("/api/cluster/nodes/follower-2/kill");
        stealing = StealAsync(port);
        var refused = await lab.PostAsync("/api/cluster/nodes/follower-2/start");
        using var third = await stealing;
        Assert.Equal((HttpStatusCode.Conflict, $"follower-2 keeps its port, but another program uses port {port} now. End that program, then retry."), (refused.Status, refused.Detail));
        third.Stop();
        Assert.Equal("running", (string)(await lab.PostAsync("/api/cluster/nodes/follower-2/start"))["state"]!);
        await lab.UntilConvergedAsync();
    }
}
