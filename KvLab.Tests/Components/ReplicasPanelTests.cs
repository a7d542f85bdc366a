using Bunit;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Replicas;
using KvLab.Web.Components.View;
using KvLab.Web.Problems;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class ReplicasPanelTests : PageTest
{
    [Fact]
    public void An_empty_cluster_says_what_to_do_next()
    {
        var page = Show<ReplicasPanel>(Idle);
        Assert.Contains("Send a write", page.Text("replicas-empty"));
    }

    [Fact]
    public void Without_nodes_it_says_that_they_are_on_their_way() =>
        Assert.Contains("No nodes are connected yet", Show<ReplicasPanel>(ClusterSnapshot.Empty).Text("replicas-no-nodes"));

    [Fact]
    public void Every_node_has_a_column_and_every_key_a_row()
    {
        var page = Show<ReplicasPanel>(Calm);
        Assert.Equal(["leader", "follower-1", "follower-2", "follower-3", "follower-4", "follower-5"],
            page.All("th.kv-node .kv-node-name > span").Select(e => e.TextContent));
        Assert.Equal(Calm.KeyOrder, page.All("tbody th").Select(e => e.TextContent));
    }

    [Theory]
    [InlineData("fresh", "v9, fresh", "g-fresh")]
    [InlineData("behind", "v7, behind by 2", "g-behind")]
    [InlineData("missing", "missing", "g-missing")]
    [InlineData("conflict", "v9, conflict: a different value from the leader's", "g-conflict")]
    [InlineData("ahead", "v11, newer than the leader", "g-ahead")]
    public void Every_state_of_a_cell_is_said_by_colour_by_shape_and_by_text(string state, string text, string shape)
    {
        ReplicaCell? cell = state switch
        {
            "fresh" => Cell(9, "\"a\""),
            "behind" => Cell(7, "\"old\""),
            "conflict" => Cell(9, "\"b\""),
            "ahead" => Cell(11, "\"c\""),
            _ => null,
        };
        var page = Show<ReplicasPanel>(WithCell(cell));
        var at = page.At("cell-k1-follower-2");
        Assert.Equal(state, at.GetAttribute("data-cell"));
        Assert.Contains($"k1 at follower-2: {text}", at.TextContent);
        Assert.NotNull(at.QuerySelector($"use[href='#{shape}']"));
    }

    [Fact]
    public void A_stale_refusal_is_seen_as_a_refusal_until_the_cell_changes()
    {
        var page = Show<ReplicasPanel>(WithCell(Cell(9, "\"a\"") with { ChangedAt = 100, RefusedAt = 200, LastRefused = new EntryVersion(1, 8) }));
        Assert.Contains("refused v8 as stale", page.At("cell-k1-follower-2").TextContent);
        Assert.Equal("8", page.At("cell-k1-follower-2").QuerySelector(".kv-refused")!.TextContent);

        Publish(WithCell(Cell(9, "\"a\"") with { ChangedAt = 300, RefusedAt = 200, LastRefused = new EntryVersion(1, 8) }));
        page.Until(() => page.At("cell-k1-follower-2").QuerySelector(".kv-refused") is null);
    }

    [Fact]
    public void A_cell_flashes_when_it_changes_and_not_on_first_sight()
    {
        var page = Show<ReplicasPanel>(WithCell(Cell(7, "\"old\"") with { ChangedAt = 100 }));
        Assert.Empty(page.All(".kv-flash"));

        Publish(WithCell(Cell(9, "\"a\"") with { ChangedAt = 2_000 }));
        page.Until(() => page.All(".kv-flash").Count == 1);
        Assert.NotNull(page.At("cell-k1-follower-2").QuerySelector(".kv-flash"));
    }

    [Fact]
    public void A_cell_that_changes_all_the_time_does_not_flash()
    {
        var page = Show<ReplicasPanel>(WithCell(Cell(7, "\"old\"") with { ChangedAt = 1_900 }));
        Publish(WithCell(Cell(9, "\"a\"") with { ChangedAt = 2_000 }));
        page.Until(() => page.At("cell-k1-follower-2").TextContent.Contains("v9"));
        Assert.Empty(page.All(".kv-flash"));
    }

    [Fact]
    public void A_node_that_is_down_says_so_by_shape_and_word()
    {
        var page = Show<ReplicasPanel>(new ClusterStory { Writes = 20, Down = "follower-3" }.Tell());
        Assert.Equal("stopped", page.At("node-follower-3").GetAttribute("data-state"));
        Assert.Contains("stopped", page.Text("node-follower-3"));
        Assert.NotNull(page.At("node-follower-3").QuerySelector("use[href='#g-stopped']"));
        Assert.Equal("running", page.At("node-follower-2").GetAttribute("data-state"));
    }

    [Fact]
    public void Naive_mode_is_marked_on_the_panel() =>
        Assert.Equal("true", Show<ReplicasPanel>(Naive()).At("replicas").GetAttribute("data-naive"));

    [Fact]
    public void The_key_filter_keeps_matching_rows_and_offers_the_way_back()
    {
        var page = Show<ReplicasPanel>(Calm);
        page.At("key-filter").Input("2");
        Assert.Equal(["k2"], page.All("tbody th").Select(e => e.TextContent));
        Assert.Contains("1 of 6 keys", page.Text("replicas-count"));

        page.At("key-filter").Input("nothing like it");
        page.At("replicas-empty").QuerySelector("button")!.Click();
        Assert.Equal(6, page.All("tbody th").Count);
    }

    [Fact]
    public void Selecting_a_cell_explains_it()
    {
        var page = Show<ReplicasPanel>(WithCell(Cell(7, "\"old\"")));
        page.At("cell-k1-follower-2").Click();
        Assert.Contains("behind: follower-2 holds v7 of k1", page.Text("cell-why"));
        Assert.Equal("true", page.At("cell-k1-follower-2").GetAttribute("data-selected"));

        page.At("cell-k1-follower-2").Click();
        Assert.Equal("Select a cell for an explanation.", page.Text("cell-why"));
    }

    [Fact]
    public async Task A_write_that_was_selected_elsewhere_lights_every_cell_that_holds_it()
    {
        var page = Show<ReplicasPanel>(Calm);
        var newest = Calm.Writes[0];
        await page.On(() => Views.Select(Selection.Of(newest)));
        Assert.Equal(6, page.All("td[data-selected=true]").Count);
        Assert.All(page.All("td[data-selected=true]"), cell => Assert.Contains($"{newest.Key} at", cell.TextContent));
    }

    [Fact]
    public void A_port_that_had_to_be_replaced_is_said_at_the_node()
    {
        var page = Show<ReplicasPanel>(Calm with { Nodes = Calm.Nodes.SetItem(3, Calm.Nodes[3] with { Notice = "Port 8003 was busy, follower-3 uses 8009." }) });
        Assert.Contains("Port 8003 was busy", page.Text("notice-follower-3"));
    }

    [Fact]
    public void Outside_quiescence_it_warns_that_replicas_may_differ() =>
        Assert.Contains("Deliveries are under way", Show<ReplicasPanel>(Busy).Text("cell-why"));

    [Fact]
    public void A_follower_can_be_added()
    {
        var page = Show<ReplicasPanel>(Calm);
        page.At("add-follower").Click();
        page.Until(() => Cluster.Commands.Contains("add"));
    }

    [Fact]
    public void A_command_that_fails_says_what_happened_what_was_kept_and_what_to_try()
    {
        Cluster.Refusal = new CommandException(409, "There are 15 followers already.");
        var page = Show<ReplicasPanel>(Calm);
        page.At("add-follower").Click();
        Assert.Equal("There are 15 followers already. The cluster was not changed. Check the node's state, then retry.", page.Text("node-error"));

        page.At("node-error").QuerySelector("button")!.Click();
        Assert.False(page.Has("node-error"));
    }

    [Fact]
    public async Task A_node_can_be_killed_and_started_from_its_menu()
    {
        var page = Show<ReplicasPanel>(new ClusterStory { Writes = 4, Down = "follower-3" }.Tell());
        page.At("menu-follower-2").QuerySelector("button")!.Click();
        page.Until(() => page.Has("kill-follower-2"));
        await page.At("kill-follower-2").ClickAsync();
        page.Until(() => Cluster.Commands.Contains("kill follower-2"));

        page.At("menu-follower-3").QuerySelector("button")!.Click();
        page.Until(() => page.Has("start-follower-3"));
        await page.At("start-follower-3").ClickAsync();
        page.Until(() => Cluster.Commands.Contains("start follower-3"));
    }

    [Fact]
    public void A_frozen_a_slow_and_a_cut_off_node_can_be_told_from_a_healthy_one_in_the_grids_head()
    {
        var page = Show<ReplicasPanel>(Calm with
        {
            Nodes = [.. Calm.Nodes.Select(n => n.Id switch
            {
                "follower-1" => n with { State = NodeState.Frozen },
                "follower-2" => n with { SlowMs = 250, ClockSkewMs = 1000 },
                _ => n,
            })],
            OtherSide = ["follower-3"],
        });
        Assert.Equal("frozen", page.At("node-follower-1").GetAttribute("data-state"));
        Assert.Equal("+250 ms", page.Text("trouble-follower-2-slow"));
        Assert.True(page.Has("trouble-follower-2-skew"));
        Assert.Equal("cut off", page.Text("trouble-follower-3-cut"));
        Assert.False(page.Has("trouble-leader-cut"));
    }

    [Fact]
    public void A_dashboard_that_did_not_start_the_nodes_offers_no_kill()
    {
        Cluster.Supervises = false;
        var page = Show<ReplicasPanel>(Calm);
        page.At("menu-follower-2").QuerySelector("button")!.Click();
        page.Until(() => page.Has("freeze-follower-2"));
        Assert.False(page.Has("kill-follower-2"));
        Assert.False(page.Has("remove-follower-2"));
        Assert.False(page.Has("add-follower"));
    }

    [Fact]
    public void A_panel_that_fails_leaves_the_page_alive_and_can_be_drawn_again()
    {
        var page = Show<ReplicasPanel>(Calm with { Keys = Calm.Keys.Remove("k2") });
        Assert.Contains("This panel could not be drawn.", page.Text("replicas-error"));
        Assert.Contains("6/6 nodes", page.Text("summary-nodes"));

        Publish(Calm);
        page.At("replicas-error").QuerySelector("button")!.Click();
        Assert.Equal(6, page.All("tbody th").Count);
    }

    internal static ClusterSnapshot Naive() =>
        new ClusterStory { Writes = 20, Settings = new() { Versioning = Core.Settings.VersioningMode.Naive } }.Tell();

    private static ReplicaCell Cell(long version, string value) => new(new EntryVersion(1, version), value, 0, 0, EntryVersion.None);

    private static ClusterSnapshot WithCell(ReplicaCell? cell)
    {
        var cells = System.Collections.Immutable.ImmutableSortedDictionary<string, ReplicaCell>.Empty;
        if (cell is not null) cells = cells.Add("follower-2", cell);
        return Idle with
        {
            KeyOrder = ["k1"],
            Keys = System.Collections.Immutable.ImmutableSortedDictionary<string, KeyRow>.Empty.Add("k1", new KeyRow("k1", new EntryVersion(1, 9), "\"a\"", cells)),
        };
    }

    [Fact]
    public void What_a_node_held_that_has_ended_is_struck_out_and_compared_with_nothing()
    {
        var node = Calm.Followers.First().Id;
        var ended = Calm with { Nodes = [.. Calm.Nodes.Select(n => n.Id == node ? n with { State = NodeState.Stopped } : n)] };
        var page = Show<ReplicasPanel>(ended);
        var key = Calm.KeyOrder[0];
        Assert.Equal($"{key} at {node}: not running; held v{Calm.Keys[key].Cells[node].Version.Counter} before", page.At($"cell-{key}-{node}").QuerySelector(".mud-sr-only")!.TextContent);
        Assert.NotNull(page.At($"cell-{key}-{node}").QuerySelector("s"));
        Assert.Contains("is not running. Before it ended, it held v", ended.Explain.Cell(ended.Keys[key], node, ended), StringComparison.Ordinal);
    }
}
