using Bunit;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Commands;
using KvLab.Web.Components.Panels.Controls;
using KvLab.Web.Components.Panels.Faults;
using KvLab.Web.Components.Panels.Replicas;
using Microsoft.AspNetCore.Components.Web;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>The second click of a double click is no second command, whether the first is under way or done.</summary>
[Trait("Category", "Component")]
public sealed class DoubleClickTests : PageTest
{
    private static readonly MouseEventArgs First = new() { Detail = 1 };
    private static readonly MouseEventArgs Second = new() { Detail = 2 };

    [Fact]
    public void One_burst()
    {
        var page = Show<BurstForm>(Idle);
        Press(page, First);
        Assert.Single(Cluster.BurstList);
        // It is over before the second click arrives.
        Cluster.BurstList[0] = Cluster.BurstList[0] with { State = BurstState.Done };
        Publish(Idle);
        page.Until(() => page.Has("burst-start"));
        Press(page, Second);
        Assert.Single(Cluster.BurstList);
    }

    /// <summary>A button's click, and what it does to its form.</summary>
    private static void Press(Page page, MouseEventArgs click)
    {
        page.At("burst-start").Click(click);
        if (page.Has("burst-start")) page.At("burst").QuerySelector("form")!.Submit();
    }

    [Fact]
    public void One_failover()
    {
        var page = Show<FailoverPanel>(Calm);
        page.At("failover-promote").Click(First);
        page.Until(() => page.Has("failover-last"));
        page.At("failover-promote").Click(Second);
        Assert.Single(Failover.Asked);
        page.At("failover-promote").Click(First);
        page.Until(() => Failover.Asked.Count == 2);
    }

    [Fact]
    public void One_drill()
    {
        var ends = new TaskCompletionSource();
        Failover.DrillEnds = ends.Task;
        var page = Show<DrillPanel>(Calm);
        var button = page.At("drill-w-1");
        button.Click(First);
        button.Click(Second);
        Assert.Single(Failover.Asked);
        ends.SetResult();
    }

    [Fact]
    public void One_follower()
    {
        var page = Show<ReplicasPanel>(Calm);
        page.At("add-follower").Click(First);
        page.At("add-follower").Click(Second);
        Assert.Single(Cluster.Commands, "add");
    }
}
