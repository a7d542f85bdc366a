using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>Somebody removes the file in which a node kept what it had acknowledged: the ledger believes no file that is not there.</summary>
[Trait("Category", "Process")]
public sealed class RemovedStorageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-removed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<LabDashboard> StartAsync(int quorum, params string[] more) =>
        LabDashboard.StartAsync(2, [$"--Cluster:Storage=sqlite:{_folder}/", $"--Cluster:WriteQuorum={quorum}", LabDashboard.QuickRepair, .. more]);

    private void Remove(string node)
    {
        foreach (var file in Directory.GetFiles(_folder, $"{node}.db*")) File.Delete(file);
    }

    [Theory]
    [InlineData("follower-2")]
    [InlineData("leader")]
    public async Task A_node_without_its_file_gets_everything_from_the_others_and_nothing_confirmed_is_lost(string node)
    {
        await using var lab = await StartAsync(quorum: 2);
        for (var i = 0; i < 20; i++) Assert.Equal("success", (string)(await lab.WriteAsync($"k{i}", "1"))["status"]!);
        await lab.PostAsync($"/api/cluster/nodes/{node}/kill");
        Remove(node);
        await lab.PostAsync($"/api/cluster/nodes/{node}/start");
        await lab.UntilConvergedAsync();
        Assert.Equal(20, (await RealCluster.DumpAsync(lab.Node(node).Url)).Count);

        // Who holds it now is more than who held it at the answer, where the leader's last news died with it.
        var ledger = await lab.WhenAsync(s => s.Durability.Counts is { Acknowledged: 20, Lost: 0, AtRisk: 0 } && s.Durability.Latest.All(w => w.HeldNow.Length == 3));
        Assert.All(ledger.Durability.Latest.Where(w => w.HeldAtAnswer.Contains(node)), w => Assert.EndsWith($"although {node} restarted with an empty storage.", w.Why, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_write_whose_every_file_was_removed_is_lost_and_its_sentence_says_why()
    {
        // Follower-2 hears of nothing; so leader and follower-1 hold all that was confirmed.
        await using var lab = await StartAsync(quorum: 1);
        await lab.PostAsync("/api/cluster/nodes/follower-2/kill");
        for (var i = 0; i < 5; i++) Assert.Equal("success", (string)(await lab.WriteAsync($"k{i}", "1"))["status"]!);
        await lab.WhenAsync(s => s.Durability.Counts.Acknowledged == 5);
        foreach (var node in (string[])["leader", "follower-1"])
        {
            await lab.PostAsync($"/api/cluster/nodes/{node}/kill");
            Remove(node);
        }

        // What lies on a disk counts for as long as nobody has looked.
        Assert.Equal(0, lab.Snapshot.Durability.Counts.Lost);
        foreach (var node in (string[])["follower-2", "follower-1", "leader"]) await lab.PostAsync($"/api/cluster/nodes/{node}/start");
        await lab.UntilConvergedAsync();
        var ledger = await lab.WhenAsync(s => s.Durability.Counts is { Acknowledged: 5, Lost: 5 });
        Assert.All(ledger.Durability.Lost, w => Assert.Equal(
            "W = 1: the only follower that had acknowledged was follower-1; follower-1 and leader restarted with an empty storage, and no other node held it.", w.Why));
        Assert.Empty(await RealCluster.DumpAsync(lab.Node("leader").Url));
    }
}
