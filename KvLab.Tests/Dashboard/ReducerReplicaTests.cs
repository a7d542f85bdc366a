using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class ReducerReplicaTests
{
    [Fact]
    public void Keys_stand_in_natural_order()
    {
        var story = Story.OfCluster(1);
        story.Accept(1, "k10");
        story.Accept(2, "k2");
        Assert.Equal(["k2", "k10"], story.Snapshot.KeyOrder);
        story.Accept(3, "k3");
        story.Accept(4, "a");
        Assert.Equal(["a", "k2", "k3", "k10"], story.Snapshot.KeyOrder);
    }

    [Fact]
    public void A_follower_is_missing_then_behind_then_fresh()
    {
        var story = Story.OfCluster(1);
        CellStatus Status() => ReplicaComparison.Compare(story.Snapshot.Keys["k1"], "follower-1");
        story.Accept(1, "k1");
        Assert.Equal(new CellStatus(CellState.Missing, 0), Status());
        Assert.Equal(1, story.Snapshot.Nodes[1].Behind);
        story.Apply("follower-1", 1, "k1");
        Assert.Equal(CellStatus.Fresh, Status());
        Assert.Equal(0, story.Snapshot.Nodes[1].Behind);
        story.Accept(6, "k1", "\"y\"");
        Assert.Equal(new CellStatus(CellState.Behind, 5), Status());
        Assert.Equal(1, story.Snapshot.Nodes[1].Behind);
    }

    [Fact]
    public void A_stale_refusal_is_counted_and_leaves_what_is_held()
    {
        var story = Story.OfCluster(1);
        story.Accept(12, "k1");
        story.Accept(17, "k1");
        story.Apply("follower-1", 17, "k1");
        story.Refuse("follower-1", 12, "k1", held: 17);
        var cell = story.Snapshot.Keys["k1"].Cells["follower-1"];
        Assert.Equal(new EntryVersion(1, 17), cell.Version);
        Assert.Equal(new EntryVersion(1, 12), cell.LastRefused);
        Assert.True(cell.RefusedAt > 0);
        Assert.Equal((1L, 1L), (story.Snapshot.Nodes[1].Refused, story.Snapshot.Kpis.RefusedStale));
    }

    [Fact]
    public void Events_of_one_moment_may_come_in_the_other_order_and_never_turn_a_version_back()
    {
        var story = Story.OfCluster(1);
        story.Accept(2, "k1", "\"new\"");
        story.Accept(1, "k1", "\"old\"", held: 2);
        story.Apply("follower-1", 2, "k1", "\"new\"");
        story.Apply("follower-1", 1, "k1", "\"old\"");
        var row = story.Snapshot.Keys["k1"];
        Assert.Equal((new EntryVersion(1, 2), "\"new\""), (row.Leader, row.LeaderValue));
        Assert.Equal(CellStatus.Fresh, ReplicaComparison.Compare(row, "follower-1"));
    }

    [Fact]
    public void Reports_in_the_other_order_take_no_version_back_and_a_follower_that_says_it_went_back_is_believed()
    {
        var story = Story.OfCluster(1);
        story.Accept(1, "k1");
        story.Accept(2, "k1");
        story.Apply("follower-1", 2, "k1", held: 1);
        story.Apply("follower-1", 1, "k1");
        Assert.Equal(2, story.Snapshot.Keys["k1"].Cells["follower-1"].Version.Counter);
        story.Apply("follower-1", 1, "k1", held: 2);
        Assert.Equal(1, story.Snapshot.Keys["k1"].Cells["follower-1"].Version.Counter);
    }

    [Fact]
    public void In_naive_mode_the_last_arrival_wins_in_the_view_too()
    {
        var story = Story.OfCluster(1);
        story.Accept(1, "k1", "\"old\"", naive: true);
        story.Accept(2, "k1", "\"new\"", naive: true);
        story.Apply("follower-1", 2, "k1", "\"new\"", naive: true);
        story.Apply("follower-1", 1, "k1", "\"old\"", naive: true, held: 2);
        Assert.Equal(new CellStatus(CellState.Behind, 1), ReplicaComparison.Compare(story.Snapshot.Keys["k1"], "follower-1"));
    }

    [Fact]
    public void A_new_incarnation_of_a_follower_begins_empty_and_is_seeded_with_what_it_says_it_holds()
    {
        var story = Story.OfCluster(1);
        story.Accept(1, "k1");
        story.Accept(2, "k2");
        story.Apply("follower-1", 1, "k1");
        story.Apply("follower-1", 2, "k2");
        story.Join(NodeRoles.Follower, "follower-1", "second");
        Assert.Equal((2, 0), (story.Snapshot.Nodes[1].Behind, story.Snapshot.Nodes[1].Keys));
        story.Seed("follower-1", ("k1", 1));
        Assert.Equal((1, 1), (story.Snapshot.Nodes[1].Behind, story.Snapshot.Nodes[1].Keys));
    }

    [Fact]
    public void A_seed_never_overwrites_what_newer_events_told()
    {
        var story = Story.OfCluster(1);
        story.Accept(5, "k1", "\"five\"");
        story.Seed("leader", ("k1", 3));
        Assert.Equal((new EntryVersion(1, 5), "\"five\""), (story.Snapshot.Keys["k1"].Leader, story.Snapshot.Keys["k1"].LeaderValue));
    }

    [Fact]
    public void A_seed_of_an_incarnation_that_is_gone_is_ignored()
    {
        var story = Story.OfCluster(1);
        var late = new NodeSeeded("follower-1", "first", [new("k1", KvLab.Core.Storage.JsonText.Of("x"), new EntryVersion(1, 1))], null);
        story.Join(NodeRoles.Follower, "follower-1", "second");
        story.Observer.Tell(late);
        Assert.Empty(story.Snapshot.Keys);
    }

    [Fact]
    public void Clearing_all_nodes_leaves_no_row()
    {
        var story = Story.OfCluster(2);
        story.Accept(1, "k1");
        story.Apply("follower-1", 1, "k1");
        Assert.Single(story.Snapshot.Keys);
        foreach (var node in new[] { "leader", "follower-1", "follower-2" }) story.Tell(node, EventKind.StoreCleared);
        Assert.Empty(story.Snapshot.Keys);
        Assert.Empty(story.Snapshot.KeyOrder);
        story.Accept(2, "k1");
        Assert.Equal(["k1"], story.Snapshot.KeyOrder);
    }

    [Fact]
    public void A_seed_from_before_a_reset_brings_nothing_back()
    {
        var story = Story.OfCluster(1);
        story.Accept(1, "k1");
        story.Tell("leader", EventKind.StoreCleared);
        story.Seed("leader", ("k1", 1));
        Assert.Empty(story.Snapshot.Keys);
        story.Join(NodeRoles.Leader, "leader", "second");
        story.Seed("leader", ("k2", 2));
        Assert.Equal(["k2"], story.Snapshot.KeyOrder);
    }

    [Fact]
    public void A_removed_follower_leaves_no_cell_and_no_lag()
    {
        var story = Story.OfCluster(2);
        story.Accept(1, "k1");
        story.Apply("follower-2", 1, "k1");
        story.Observer.Tell(new NodeRemoved("follower-2"));
        Assert.Equal(["leader", "follower-1"], story.Snapshot.Nodes.Select(n => n.Id));
        Assert.DoesNotContain("follower-2", story.Snapshot.Keys["k1"].Cells.Keys);
    }

    [Fact]
    public void A_follower_that_joins_later_misses_every_key()
    {
        var story = Story.OfCluster(1);
        story.Accept(1, "k1");
        story.Accept(2, "k2");
        story.Join(NodeRoles.Follower, "follower-2");
        Assert.Equal(2, story.Snapshot.Nodes.Single(n => n.Id == "follower-2").Behind);
    }

    [Fact]
    public void Keys_beyond_the_limit_have_no_row_and_are_counted()
    {
        var story = Story.OfCluster(1);
        for (var v = 1; v <= StateLimits.Keys + 3; v++) story.Accept(v, $"k{v}");
        Assert.Equal(StateLimits.Keys, story.Snapshot.Keys.Count);
        Assert.Equal(3, story.Snapshot.EntriesNotShown);
    }

    [Fact]
    public void Snapshots_share_the_rows_that_did_not_change()
    {
        var story = Story.OfCluster(1);
        story.Accept(1, "k1");
        story.Accept(2, "k2");
        var before = story.Snapshot;
        story.Accept(3, "k2");
        var after = story.Snapshot;
        Assert.Same(before.Keys["k1"], after.Keys["k1"]);
        Assert.NotSame(before.Keys["k2"], after.Keys["k2"]);
        Assert.Equal(2, before.Keys["k2"].Leader.Counter);
    }
}
