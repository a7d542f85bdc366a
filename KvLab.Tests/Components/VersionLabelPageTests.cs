using System.Collections.Immutable;
using Bunit;
using KvLab.Core.Analysis;
using KvLab.Core.Durability;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Controls;
using KvLab.Web.Components.Panels.Faults;
using KvLab.Web.Components.Panels.Replicas;
using KvLab.Web.Components.Panels.Writes;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>Where versions of more than one epoch are on screen, each label says which epoch it is of.</summary>
[Trait("Category", "Component")]
public sealed class VersionLabelPageTests : PageTest
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly EntryVersion Old = new(1, 1101), New = new(2, 1101);

    private static ClusterSnapshot Reused { get; } = Calm with
    {
        ManyEpochs = true,
        KeyOrder = ["k"],
        Keys = ImmutableSortedDictionary<string, KeyRow>.Empty.Add("k", new KeyRow("k", New, "\"new\"", ImmutableSortedDictionary<string, ReplicaCell>.Empty
            .Add("follower-1", new ReplicaCell(New, "\"new\"", 100, 200, Old)).Add("follower-2", new ReplicaCell(Old, "\"old\"", 100, 0, default)))),
        Writes = [Write(New, "\"new\""), Write(Old, "\"old\"")],
    };

    private static WriteView Write(EntryVersion version, string value) =>
        new(version, "k", value, 1, WriteStatus.Success, 1, 5, "quorum_reached", false, At, []);

    [Fact]
    public void The_grid_its_refusals_and_its_legend_say_the_epoch()
    {
        var page = Show<ReplicasPanel>(Reused);
        Assert.Equal("e2·v1101", page.At("cell-k-leader").QuerySelector("b")!.TextContent);
        Assert.Equal("e1·v1101", page.At("cell-k-follower-2").QuerySelector("b")!.TextContent);
        Assert.Equal("e1·v1101", page.At("cell-k-follower-1").QuerySelector(".kv-refused i")!.TextContent);
        Assert.Contains("refused e1·v1101 as stale", page.Text("cell-k-follower-1"), StringComparison.Ordinal);
        Assert.Contains("e1·v1101, behind: from an older epoch", page.Text("cell-k-follower-2"), StringComparison.Ordinal);
        Assert.Equal("e2·v5 version 5 of epoch 2", page.Text("legend-epochs"));
    }

    [Fact]
    public void With_one_epoch_the_number_stands_alone()
    {
        var page = Show<ReplicasPanel>(Reused with { ManyEpochs = false });
        Assert.False(page.Has("legend-epochs"));
        Publish(Reused);
        page.Until(() => page.Has("legend-epochs") && page.At("cell-k-follower-2").QuerySelector("b")!.TextContent == "e1·v1101");
    }

    [Fact]
    public void Two_writes_of_one_number_are_two_rows_with_two_names()
    {
        var page = Show<WritesPanel>(Reused);
        Assert.Equal(["e2·v1101", "e1·v1101"], page.All(".kv-write-what b").Select(b => b.TextContent));
        page.All(".kv-write-row")[1].Click();
        page.Until(() => page.Has("write-why"));
        Assert.StartsWith("e1·v1101 of k was answered", page.Text("write-why"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_answer_of_a_write_says_its_epoch_as_soon_as_there_are_two()
    {
        var page = Show<WriteForm>(Idle);
        page.At("write").QuerySelector("form")!.Submit();
        page.Until(() => page.Text("write-answer").StartsWith("v17 success", StringComparison.Ordinal));
        Publish(Idle with { ManyEpochs = true });
        page.Until(() => page.Text("write-answer").StartsWith("e1·v17 success", StringComparison.Ordinal));
    }

    [Fact]
    public void The_ledgers_three_lists_say_the_epoch()
    {
        var ledger = new DurabilityLedger();
        ledger.Accepted("leader", "k", Old, Old);
        ledger.Answered(new AcknowledgedWrite(Old, "k", "leader", 0, 0, At));
        ledger.Ended("leader", "was killed", At);
        var page = Show<DurabilityPanel>(Reused with
        {
            Durability = new DurabilityView(ledger.Count(At), ledger.Latest(10, At), ledger.Lost(10, At)),
            RolledBack = [new RolledBackView("leader", "k", Old, "\"old\"", New, At)],
        });
        Assert.Contains("e1·v1101", page.Text("holder-row-1-1101"), StringComparison.Ordinal);
        page.At("durability-tab-lost").Change(true);
        page.Until(() => page.Has("lost-1-1101"));
        Assert.Contains("e1·v1101", page.Text("lost-1-1101"), StringComparison.Ordinal);
        page.At("durability-tab-rolled-back").Change(true);
        page.Until(() => page.Has("rolled-back-1-1101"));
        Assert.Contains("e1·v1101", page.Text("rolled-back-1-1101"), StringComparison.Ordinal);
        Assert.Contains("now holds e2·v1101.", page.Text("rolled-back-1-1101"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_comparison_of_all_replicas_says_the_epoch_and_counts_nothing_across_two()
    {
        Cluster.Report = new ConvergenceReport(true, false, 1, "follower-2 differs.",
            [new FollowerComparison("follower-2", "different", 0, 0, 1, 0, 0, [new Difference("k", DifferenceKind.Behind, New, Old, New.VersionsAbove(Old))])]);
        var page = Show<LabActions>(Reused);
        page.At("convergence").Click();
        page.Until(() => page.Has("convergence-follower-2"));
        var cells = page.All("[aria-label=Differences] td").Select(td => td.TextContent.Trim()).ToArray();
        Assert.Equal(["follower-2", "k", "behind", "e2·v1101", "e1·v1101"], cells);
    }

    [Fact]
    public void The_out_of_order_demo_names_its_versions_with_their_epoch()
    {
        var page = Show<LabActions>(Reused);
        page.At("out-of-order").Click();
        page.Until(() => page.Text("lab-status").Contains("follower-2 gets e1·v3, e1·v1, e1·v2", StringComparison.Ordinal));
    }
}
