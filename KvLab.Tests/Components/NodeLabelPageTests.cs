using AngleSharp.Dom;
using Bunit;
using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Pages;
using KvLab.Web.Components.Panels.Controls;
using KvLab.Web.Components.Panels.Events;
using KvLab.Web.Components.Panels.Faults;
using KvLab.Web.Components.Panels.Replicas;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>After a failover every label on the page shows the role, and nobody takes the node "leader" for the leader.</summary>
[Trait("Category", "Component")]
public sealed class NodeLabelPageTests : PageTest
{
    /// <summary>follower-3 was promoted; the node whose id is leader follows.</summary>
    private static ClusterSnapshot Replaced { get; } = Calm with
    {
        ManyEpochs = true,
        Nodes =
        [
            Calm.Nodes.Single(n => n.Id == "follower-3") with { Role = NodeRoles.Leader },
            .. Calm.Nodes.Where(n => n.Id != "follower-3").Select(n => n with { Role = NodeRoles.Follower }),
        ],
        Links = [.. Calm.Nodes.Where(n => n.Id != "follower-3").Select(n => new LinkView(n.Id, LinkFaults.None, 0, 0, 0))],
    };

    [Fact]
    public void The_grid_marks_who_leads_and_calls_the_old_leader_by_another_name()
    {
        var page = Show<ReplicasPanel>(Replaced);
        Assert.Equal(["follower-3", "old leader", "follower-1", "follower-2", "follower-4", "follower-5"], page.All("th.kv-node .kv-node-name > span").Select(e => e.TextContent));
        Assert.Equal(("leader", "follower"), (page.Text("role-follower-3"), page.Text("role-leader")));
        Assert.Equal("leader", page.At("node-follower-3").GetAttribute("data-role"));
        Assert.StartsWith("old leader (follower) · ", page.At("node-leader").GetAttribute("title"), StringComparison.Ordinal);
        var key = Calm.KeyOrder[0];
        Assert.Contains($"{key} at follower-3 · leader: holds", page.Text($"cell-{key}-follower-3"), StringComparison.Ordinal);
        Assert.Contains($"{key} at old leader (follower):", page.Text($"cell-{key}-leader"), StringComparison.Ordinal);
    }

    [Fact]
    public void Before_a_failover_nothing_is_added()
    {
        var page = Show<ReplicasPanel>(Calm);
        Assert.False(page.Has("role-leader"));
        Assert.Equal("leader", page.At("node-leader").QuerySelector(".kv-node-name > span")!.TextContent);
    }

    public static TheoryData<Type> Panels => [typeof(ReplicasPanel), typeof(EventsPanel), typeof(NodesPanel), typeof(NetworkPanel), typeof(FailoverPanel), typeof(AvailabilityPanel), typeof(DurabilityPanel), typeof(FaultsPage)];

    [Theory]
    [MemberData(nameof(Panels))]
    public void No_panel_shows_the_bare_id_of_a_follower_that_is_called_leader(Type panel)
    {
        Cluster.Publish(Replaced with { OtherSide = ["leader"] });
        var cut = Render<KvLab.Web.Components.Shell.LiveScope>(scope => scope.AddChildContent(builder =>
        {
            builder.OpenComponent(0, panel);
            builder.CloseComponent();
        }));
        cut.WaitForState(() => cut.Find("[data-testid=root]").GetAttribute("data-ready") == "true", Patience);
        var bare = cut.FindAll("*").Where(e => OwnText(e) == "leader" && !IsRole(e)).Select(e => e.OuterHtml).ToList();
        Assert.Empty(bare);
    }

    private static string OwnText(IElement e) => string.Concat(e.ChildNodes.OfType<IText>().Select(t => t.Data)).Trim();

    private static bool IsRole(IElement e) => e.ClassList.Contains("kv-node-role") || e.ClassList.Contains("kv-chip-leader") || e.LocalName == "small" || e.ParentElement?.GetAttribute("data-role") == "leader";

    [Fact]
    public void The_faults_page_marks_it_on_the_board_in_the_matrix_and_in_the_list_of_who_may_lead()
    {
        var page = Show<FaultsPage>(Replaced);
        Assert.Equal(("follower-3 · leader", "old leader (follower)"), (page.Text("piece-follower-3"), page.Text("piece-leader")));
        Assert.Contains("follower-3 · leader ⇄", page.Text("links"), StringComparison.Ordinal);
        Assert.Contains("old leader (follower)", page.Text("link-leader"), StringComparison.Ordinal);
        Assert.Contains("old leader (follower)", page.Names("failover-to"));
        Assert.Matches("^old leader ?follower", page.Text("fault-node-leader"));
        Assert.Matches("^follower-3 ?leader", page.Text("fault-node-follower-3"));
    }

    [Fact]
    public void The_list_of_events_and_its_filter_call_it_so_too()
    {
        var page = Show<EventsPanel>(Replaced);
        Assert.Contains("old leader", page.All(".kv-event-node").Select(e => e.TextContent));
        Assert.DoesNotContain("leader", page.All(".kv-event-node").Select(e => e.TextContent));
        var names = page.Names("events-node");
        Assert.Contains("old leader (follower)", names);
        Assert.Contains("follower-3 · leader", names);
    }

    [Fact]
    public void The_comparison_of_replicas_calls_it_so_too()
    {
        Cluster.Report = new ConvergenceReport(true, false, 1, "It differs.",
            [new FollowerComparison("leader", "different", 0, 0, 1, 0, 0, [new Difference("k", DifferenceKind.Behind, new EntryVersion(2, 9), new EntryVersion(1, 9), 0)])]);
        var page = Show<LabActions>(Replaced);
        page.At("convergence").Click();
        page.Until(() => page.Has("convergence-leader"));
        Assert.StartsWith("old leader (follower)", page.Text("convergence-leader"), StringComparison.Ordinal);
    }
}
