using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Control;

public abstract partial class ControlContract
{
    [Fact]
    public Task It_begins_empty_with_the_settings_that_it_is_given_and_a_write_reaches_all() => HoldsAsync(Strict, async cluster =>
    {
        Assert.Equal(All, cluster.Nodes.Select(n => n.Id).Order(StringComparer.Ordinal).OrderBy(id => id != "leader"));
        Assert.Equal("leader", LeaderOf(cluster));
        foreach (var node in All) Assert.Empty((await cluster.DumpAsync(node, None)).Entries!);
        var write = await WriteAsync(cluster, "a");
        Succeeded(write);
        Assert.Equal((5, 5), (write.Acks, write.Required));
        await HoldAsync(cluster, "a", All);
        await EventuallyAsync(cluster, "it is quiet", () => cluster.IsQuietAsync(None));
        await EventuallyAsync(cluster, "five were told as applied", () => Task.FromResult(cluster.CountOf(EventKind.EntryApplied, null) == 5));
        Assert.Equal(1, cluster.CountOf(EventKind.EntryApplied, "follower-3"));
    });

    [Fact]
    public Task A_read_finds_what_its_node_holds_and_the_newest_of_several() => HoldsAsync(Lenient, async cluster =>
    {
        Succeeded(await WriteAsync(cluster, "old"));
        await HoldAsync(cluster, "old", All);
        var write = await WriteAsync(cluster, "new", new Dictionary<string, double> { ["follower-1"] = 1, ["follower-2"] = 1200, ["follower-3"] = 1200, ["follower-4"] = 1200, ["follower-5"] = 1200 });
        Succeeded(write);
        Assert.Equal("old", (await cluster.ReadAsync("k", "follower-5", 1, None)).Value);
        Assert.Equal(new ReadSeen("follower-1", write.Version, "new", null), await cluster.ReadAsync("k", "follower-1", 1, None));
        Assert.Equal("new", (await cluster.ReadAsync("k", null, 5, None)).Value);
        Assert.Equal(new ReadSeen("leader", EntryVersion.None, null, null), await cluster.ReadAsync("nothing", "leader", 1, None));
        await RefusesAsync(() => cluster.ReadAsync("k", "follower-9", 1, None));
        await RefusesAsync(() => cluster.ReadAsync("k", null, 6, None));
        await ActAsync(cluster, NodeAct.Kill, "follower-2");
        Assert.NotNull((await cluster.ReadAsync("k", "follower-2", 1, None)).Problem);
    });

    [Fact]
    public Task A_setting_that_cannot_be_is_refused_and_changes_nothing() => HoldsAsync(Strict, async cluster =>
    {
        await RefusesAsync(() => cluster.ChangeSettingsAsync(new LiveSettingsPatch { WriteQuorum = 6 }, None));
        Assert.Equal(5, (await WriteAsync(cluster, "a")).Required);
        await cluster.ChangeSettingsAsync(new LiveSettingsPatch { WriteQuorum = 2 }, None);
        Assert.Equal(2, (await WriteAsync(cluster, "b")).Required);
    });

    [Theory]
    [InlineData(NodeAct.Kill)]
    [InlineData(NodeAct.Stop)]
    public Task A_node_that_ends_confirms_nothing_and_catches_up_when_it_is_started(NodeAct act) => HoldsAsync(Strict, async cluster =>
    {
        Succeeded(await WriteAsync(cluster, "a"));
        await ActAsync(cluster, act, "follower-2");
        Assert.False(IsUp(cluster, "follower-2"));
        Assert.Null((await cluster.DumpAsync("follower-2", None)).Entries);
        await RefusesAsync(() => ActAsync(cluster, act, "follower-2"));
        FellShort(await WriteAsync(cluster, "b"), 4);
        await cluster.StartAsync("follower-2", recovers: true, None);
        Assert.True(IsUp(cluster, "follower-2"));
        await RefusesAsync(() => cluster.StartAsync("follower-2", recovers: true, None));
        await HoldAsync(cluster, "b", All);
    });

    [Fact]
    public Task A_frozen_follower_says_nothing_and_takes_what_reached_it_when_it_thaws() => HoldsAsync(Strict, async cluster =>
    {
        await ActAsync(cluster, NodeAct.Freeze, "follower-4");
        Assert.True(IsUp(cluster, "follower-4"));
        Assert.Null((await cluster.DumpAsync("follower-4", None)).Entries);
        FellShort(await WriteAsync(cluster, "a"), 4);
        await ActAsync(cluster, NodeAct.Thaw, "follower-4");
        await HoldAsync(cluster, "a", All);
    });

    [Fact]
    public Task A_leader_that_freezes_while_a_client_waits_answers_when_it_thaws() => HoldsAsync(Lenient with { ReplicationTimeoutMs = 10_000 }, async cluster =>
    {
        var write = WriteAsync(cluster, "a", All.Skip(1).ToDictionary(f => f, _ => 400.0));
        await cluster.Time.WaitAsync(TimeSpan.FromMilliseconds(100), None);
        await ActAsync(cluster, NodeAct.Freeze, "leader");
        await cluster.Time.WaitAsync(TimeSpan.FromMilliseconds(700), None);
        Assert.False(write.IsCompleted);
        Assert.False(await cluster.IsQuietAsync(None));
        await ActAsync(cluster, NodeAct.Thaw, "leader");
        Succeeded(await write);
    });

    [Fact]
    public Task A_client_of_a_frozen_leader_gives_up() => HoldsAsync(Lenient, async cluster =>
    {
        await ActAsync(cluster, NodeAct.Freeze, "leader");
        var write = await WriteAsync(cluster, "a");
        Assert.Null(write.Status);
        Assert.NotNull(write.Problem);
        await ActAsync(cluster, NodeAct.Thaw, "leader");
        Succeeded(await WriteAsync(cluster, "b"));
    });

    [Fact]
    public Task A_slow_node_waits_before_it_handles_anything_and_a_wrong_clock_orders_nothing() => HoldsAsync(Strict, async cluster =>
    {
        await ActAsync(cluster, NodeAct.Slow, "follower-1", 300);
        await ActAsync(cluster, NodeAct.Skew, "leader", -60_000);
        await EventuallyAsync(cluster, "both were told", () => Task.FromResult(cluster.CountOf(EventKind.NodeFaultsChanged, null) == 2));
        var (first, second) = (await WriteAsync(cluster, "a"), await WriteAsync(cluster, "b"));
        Succeeded(first);
        Assert.InRange(first.Elapsed.TotalMilliseconds, 300, 1500);
        Assert.True(second.Version > first.Version);
        await ActAsync(cluster, NodeAct.Slow, "follower-1");
        Succeeded(await WriteAsync(cluster, "c"));
        await HoldAsync(cluster, "c", All);
    });

    [Fact]
    public Task A_link_that_loses_everything_keeps_its_follower_behind_until_it_is_healed() => HoldsAsync(Lenient, async cluster =>
    {
        await cluster.SetLinkAsync("follower-3", Losing, None);
        Succeeded(await WriteAsync(cluster, "a"));
        await HoldAsync(cluster, "a", [.. All.Where(n => n != "follower-3")]);
        Assert.Null(await HeldAsync(cluster, "follower-3"));
        await RefusesAsync(() => cluster.SetLinkAsync("leader", Losing, None));
        await RefusesAsync(() => cluster.SetLinkAsync("follower-3", new LinkFaults { Request = new DirectionFaults { LossPercent = 101 } }, None));
        await cluster.HealAsync("follower-3", None);
        await HoldAsync(cluster, "a", All);
    });

    [Fact]
    public Task A_partition_parts_two_sides_until_it_is_healed() => HoldsAsync(Strict, async cluster =>
    {
        await RefusesAsync(() => cluster.PartitionAsync(["leader"], None));
        await cluster.PartitionAsync(["follower-1", "follower-2"], None);
        FellShort(await WriteAsync(cluster, "a"), 3);
        Assert.Null(await HeldAsync(cluster, "follower-1"));
        await cluster.HealAsync(null, None);
        await HoldAsync(cluster, "a", All);
    });

    [Fact]
    public Task Another_leads_when_it_is_told_to_and_the_old_one_follows() => HoldsAsync(Strict, async cluster =>
    {
        var before = await WriteAsync(cluster, "a");
        await RefusesAsync(() => cluster.FailOverAsync("leader", None));
        Assert.StartsWith("follower-2 leads in epoch ", await cluster.FailOverAsync("follower-2", None), StringComparison.Ordinal);
        await EventuallyAsync(cluster, "follower-2 leads", () => Task.FromResult(LeaderOf(cluster) == "follower-2"));
        var after = await WriteAsync(cluster, "b");
        Succeeded(after);
        Assert.True(after.Version.Epoch > before.Version.Epoch);
        await HoldAsync(cluster, "b", All);
        await RefusesAsync(() => cluster.SetLinkAsync("follower-2", Losing, None));
    });

    [Fact]
    public Task When_the_leader_is_gone_the_follower_that_has_seen_most_leads() => HoldsAsync(Lenient, async cluster =>
    {
        await cluster.PartitionAsync(["follower-1", "follower-2", "follower-3", "follower-5"], None);
        Succeeded(await WriteAsync(cluster, "a"));
        await ActAsync(cluster, NodeAct.Kill, "leader");
        Assert.Null((await WriteAsync(cluster, "nobody takes it")).Status);
        await RefusesAsync(() => cluster.FailOverAsync("leader", None));
        await cluster.HealAsync(null, None);
        await cluster.FailOverAsync(null, None);
        await EventuallyAsync(cluster, "follower-4 leads", () => Task.FromResult(LeaderOf(cluster) == "follower-4"));
        await HoldAsync(cluster, "a", "follower-1", "follower-2", "follower-3", "follower-4", "follower-5");
    });

    [Fact]
    public Task Whoever_decides_is_on_no_side_of_a_partition() => HoldsAsync(Lenient, async cluster =>
    {
        await cluster.PartitionAsync(["follower-1", "follower-2"], None);
        await cluster.FailOverAsync("follower-1", None);
        await EventuallyAsync(cluster, "follower-1 leads", () => Task.FromResult(LeaderOf(cluster) == "follower-1"));
        Succeeded(await WriteAsync(cluster, "a"));
        await HoldAsync(cluster, "a", "follower-1", "follower-2");
        Assert.Null(await HeldAsync(cluster, "follower-3"));
        await cluster.HealAsync(null, None);
        await HoldAsync(cluster, "a", All);
    });

    [Fact]
    public Task An_old_leader_that_has_not_heard_of_its_successor_leads_again_when_it_is_told_to() => HoldsAsync(Lenient, async cluster =>
    {
        await cluster.PartitionAsync(["follower-1", "follower-2"], None);
        await cluster.FailOverAsync("follower-1", None);
        await EventuallyAsync(cluster, "follower-1 leads", () => Task.FromResult(LeaderOf(cluster) == "follower-1"));
        await cluster.FailOverAsync("leader", None);
        await EventuallyAsync(cluster, "it leads again", () => Task.FromResult(LeaderOf(cluster) == "leader"));
        Succeeded(await WriteAsync(cluster, "a"));
        await cluster.HealAsync(null, None);
        await HoldAsync(cluster, "a", All);
    });

    [Fact]
    public Task A_leader_that_forgets_counts_from_one_again() => HoldsAsync(Lenient, async cluster =>
    {
        for (var i = 0; i < 3; i++) await WriteAsync(cluster, "a");
        await HoldAsync(cluster, "a", All);
        await ActAsync(cluster, NodeAct.Kill, "leader");
        await cluster.StartAsync("leader", recovers: false, None);
        Assert.Equal(1, (await WriteAsync(cluster, "b")).Version.Counter);
    });

    [Fact]
    public Task A_leader_that_recovers_goes_on_above_all_that_was_given_out() => HoldsAsync(Lenient, async cluster =>
    {
        var before = await WriteAsync(cluster, "a");
        await HoldAsync(cluster, "a", All);
        await ActAsync(cluster, NodeAct.Kill, "leader");
        await cluster.StartAsync("leader", recovers: true, None);
        await EventuallyAsync(cluster, "it leads", () => Task.FromResult(LeaderOf(cluster) == "leader"));
        var after = await WriteAsync(cluster, "b");
        Assert.True(after.Version > before.Version, $"{after.Version} after {before.Version}");
    });

    [Fact]
    public Task What_does_not_exist_is_refused_by_every_verb() => HoldsAsync(Lenient, async cluster =>
    {
        foreach (var act in Enum.GetValues<NodeAct>()) await RefusesAsync(() => ActAsync(cluster, act, "follower-9"));
        await RefusesAsync(() => cluster.StartAsync("follower-9", recovers: true, None));
        await RefusesAsync(() => cluster.SetLinkAsync("follower-9", Losing, None));
        await RefusesAsync(() => cluster.PartitionAsync(["follower-9"], None));
        await RefusesAsync(() => cluster.HealAsync("follower-9", None));
        await RefusesAsync(() => cluster.FailOverAsync("follower-9", None));
        await RefusesAsync(() => cluster.DumpAsync("follower-9", None));
        Succeeded(await WriteAsync(cluster, "a"));
    });

    [Fact]
    public Task What_a_run_leaves_behind_is_put_back() => PlayAsync(async cluster =>
    {
        await cluster.BeginAsync(Strict, None);
        await cluster.ChangeSettingsAsync(new LiveSettingsPatch { WriteQuorum = 2, ReplicationTimeoutMs = 700 }, None);
        await cluster.FailOverAsync("follower-2", None);
        await cluster.PartitionAsync(["follower-1"], None);
        await ActAsync(cluster, NodeAct.Kill, "follower-4");
        await ActAsync(cluster, NodeAct.Freeze, "follower-5");
        await ActAsync(cluster, NodeAct.Slow, "follower-3", 900);
        await cluster.EndAsync(None);

        await EventuallyAsync(cluster, "the leader of before leads", () => Task.FromResult(LeaderOf(cluster) == "leader" && cluster.Nodes.All(n => n.Up)));
        await cluster.BeginAsync(Strict, None);
        Succeeded(await WriteAsync(cluster, "a"));
        await HoldAsync(cluster, "a", All);
        await cluster.EndAsync(None);
    });
}
