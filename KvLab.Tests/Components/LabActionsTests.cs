using Bunit;
using KvLab.Core.Analysis;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Controls;
using KvLab.Web.Problems;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class LabActionsTests : PageTest
{
    [Fact]
    public void The_out_of_order_demo_says_in_which_order_versions_arrive_and_selects_where()
    {
        var page = Show<LabActions>(Idle);
        page.At("out-of-order").Click();
        page.Until(() => page.Text("lab-status") == "follower-2 gets v3, v1, v2 of demo, in this order.");
        Assert.Equal(("demo", "follower-2"), (Views.Options.Selection.Key, Views.Options.Selection.Node));
    }

    [Fact]
    public void A_comparison_is_shown_entry_by_entry()
    {
        Cluster.Report = new ConvergenceReport(true, false, 2, "follower-2 differs.",
        [
            new FollowerComparison("follower-1", "equal", 2, 0, 0, 0, 0, []),
            new FollowerComparison("follower-2", "different", 1, 0, 1, 0, 0, [new Difference("k1", DifferenceKind.Behind, new EntryVersion(1, 9), new EntryVersion(1, 7), 2)]),
            new FollowerComparison("follower-3", "unreachable", 0, 0, 0, 0, 0, []),
        ]);
        var page = Show<LabActions>(Idle);
        page.At("convergence").Click();
        page.Until(() => page.Has("convergence-follower-3"));
        Assert.Contains("equal", page.Text("convergence-follower-1"));
        Assert.Contains("unreachable", page.Text("convergence-follower-3"));
        Assert.Contains("behind by 2", page.Cut.Markup);
        Assert.Equal("Not converged.", page.Text("lab-status"));
    }

    [Fact]
    public void A_comparison_outside_quiescence_proves_nothing_and_says_so()
    {
        Cluster.Report = new ConvergenceReport(false, false, 2, "Deliveries are under way.", []);
        var page = Show<LabActions>(Idle);
        page.At("convergence").Click();
        page.Until(() => page.Text("lab-status") == "Writes are still being delivered: proves nothing yet.");
        Assert.Contains("repeats by itself", page.Text("convergence-again"));
    }

    [Fact]
    public async Task A_comparison_outside_quiescence_is_made_again_by_itself_until_there_is_an_answer_and_then_no_more()
    {
        var underway = new ConvergenceReport(false, false, 2, "Deliveries are under way.", []);
        Cluster.Report = underway;
        var page = Show<LabActions>(Idle);
        page.At("convergence").Click();
        page.Until(() => page.Has("convergence-again"));
        Cluster.Refusal = new CommandException(503, "No leader is known yet.");
        await LaterAsync(page, TimeSpan.FromMilliseconds(500));
        page.Until(() => page.Text("convergence-again") == "No leader is known yet.");
        await LaterAsync(page, TimeSpan.FromSeconds(1));
        page.Until(() => page.Text("convergence-again").StartsWith("The comparison repeats", StringComparison.Ordinal));

        Cluster.Report = new ConvergenceReport(true, true, 2, "Every follower holds exactly what the leader holds.", []);
        await LaterAsync(page, TimeSpan.FromSeconds(2));
        page.Until(() => page.Text("lab-status") == "Converged: all replicas are equal.");
        Assert.False(page.Has("convergence-again"));
        var asked = Cluster.Commands.Count(c => c == "compare");
        Assert.Equal(3, asked);
        await LaterAsync(page, TimeSpan.FromMinutes(1));
        Assert.Equal(asked, Cluster.Commands.Count(c => c == "compare"));
    }

    [Fact]
    public async Task A_comparison_whose_dialog_is_closed_is_not_made_again()
    {
        Cluster.Report = new ConvergenceReport(false, false, 2, "Deliveries are under way.", []);
        var page = Show<LabActions>(Idle);
        page.At("convergence").Click();
        page.Until(() => page.Has("convergence-again"));
        page.At("convergence-close").Click();
        page.Until(() => !page.Has("convergence-dialog"));
        await LaterAsync(page, TimeSpan.FromMinutes(1));
        Assert.Single(Cluster.Commands, c => c == "compare");
    }

    /// <summary>On the page's own thread, which has then begun to wait again for whatever comes next.</summary>
    private Task LaterAsync(Page page, TimeSpan time) => page.On(() => Clock.Advance(time));

    [Fact]
    public void A_reset_asks_first_what_it_is_to_end()
    {
        var page = Show<LabActions>(Calm);
        page.At("reset").Click();
        page.Until(() => page.Has("reset-dialog"));
        page.At("reset-cancel").Click();
        page.Until(() => !page.Has("reset-dialog"));
        Assert.Empty(Cluster.Commands);

        page.At("reset").Click();
        page.Until(() => page.Has("reset-data"));
        page.At("reset-data").Click();
        page.Until(() => Cluster.Commands is ["reset"]);
        Assert.Equal("All data was deleted on every node that answered.", page.Text("lab-status"));

        page.At("reset").Click();
        page.Until(() => page.Has("reset-all"));
        page.At("reset-all").Click();
        page.Until(() => Cluster.Commands is ["reset", "reset all"]);
        Assert.Equal("Everything is back in its initial state, and every node is empty.", page.Text("lab-status"));
    }

    [Fact]
    public void A_command_that_fails_leaves_its_reason()
    {
        Cluster.Refusal = new CommandException(503, "The leader does not answer.");
        var page = Show<LabActions>(Idle);
        page.At("out-of-order").Click();
        page.Until(() => page.Has("lab-error"));
        Assert.Contains("The leader does not answer. Check that all nodes are running", page.Text("lab-error"));
    }
}
