using System.Text;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>Breaking a real cluster from the page, and seeing what was kept.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class FaultsPageTests(LabInBrowser lab)
{
    [Fact]
    public async Task A_class_breaks_a_cluster_and_reads_what_was_promised()
    {
        await using var page = await lab.OpenAsync("/faults");
        await page.Expect("durability-empty").ToBeVisibleAsync();
        await page.MustBeAccessibleAsync("empty");
        await page.BurstAsync(200, 10, 8);
        await page.Expect("durability-acknowledged").ToHaveTextAsync("200");
        await page.ScreenshotAsync("faults-healthy");

        await page.ClickAsync("fault-freeze-follower-1");
        await page.Expect("fault-node-follower-1").ToHaveAttributeAsync("data-state", "frozen");
        await page.ClickAsync("piece-follower-2");
        await page.Expect("partition-board").ToHaveAttributeAsync("data-partitioned", "true");
        await page.Expect("link-follower-2").ToHaveAttributeAsync("data-mode", "swallow");
        await page.Expect("availability-rule").ToHaveAttributeAsync("data-verdict", "success");
        await page.ClickAsync("fault-kill-follower-5");
        await page.Expect("availability-rule").ToHaveAttributeAsync("data-verdict", "partial");
        await page.ClickAsync("link-edit-follower-3");
        await page.ClickAsync("link-preset-lose-answers");
        await page.ClickAsync("link-apply");
        await page.Expect("link-follower-3").ToHaveAttributeAsync("data-mode", "open");
        await page.MustBeAccessibleAsync("broken");
        await page.ScreenshotAsync("faults-broken");

        await page.ClickAsync("link-close");
        await page.ClickAsync("heal-all");
        await page.ClickAsync("fault-thaw-follower-1");
        await page.ClickAsync("fault-start-follower-5");
        await page.Expect("network-state").ToHaveTextAsync("all links healthy");
        await page.Expect("availability-rule").ToHaveAttributeAsync("data-verdict", "success");
        Assert.StartsWith("\uFEFFsecond,success,partial,unreachable", Encoding.UTF8.GetString(await page.DownloadAsync("availability-csv")), StringComparison.Ordinal);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await page.DownloadAsync("availability-png"))[..4]);
        await LabInBrowser.UntilAsync(() => lab.State.Current.Nodes.All(n => n.State == Core.Observation.Snapshots.NodeState.Running), "all nodes running");
    }

    [Fact]
    public async Task A_follower_is_dragged_to_the_other_side_and_comes_back_by_keyboard()
    {
        await using var page = await lab.OpenAsync("/faults");
        await page.At("piece-follower-4").DragToAsync(page.At("side-other"));
        await Assertions.Expect(page.At("side-other").GetByTestId("piece-follower-4")).ToBeVisibleAsync();
        await page.At("piece-follower-4").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.At("side-leader").GetByTestId("piece-follower-4")).ToBeVisibleAsync();
        await page.Expect("partition-board").ToHaveAttributeAsync("data-partitioned", "false");
    }

    [Fact]
    public async Task The_drill_shows_side_by_side_what_W_was_worth_in_the_dark_too()
    {
        await using var page = await lab.OpenAsync("/faults", scheme: ColorScheme.Dark);
        await page.ClickAsync("drill-w-1");
        await page.Expect("drill-last-1").ToHaveAttributeAsync("data-lost", "3");
        await page.Expect("drill").ToHaveAttributeAsync("data-running", "false");
        await lab.QuietAsync();
        await page.ClickAsync("drill-w-5");
        await page.Expect("drill-last-5").ToHaveAttributeAsync("data-lost", "0");
        await page.Expect("drill").ToHaveAttributeAsync("data-running", "false");
        await page.MustBeAccessibleAsync("after two drills, dark");
        await page.ScreenshotAsync("faults-drill-dark");
        await page.ClickAsync("durability-tab-lost");
        await Assertions.Expect(page.At("lost-list").GetByText("no other node held it").First).ToBeVisibleAsync();
        await page.MustBeAccessibleAsync("lost writes, dark");
        Assert.Contains("no other node held it", Encoding.UTF8.GetString(await page.DownloadAsync("durability-csv")), StringComparison.Ordinal);

        // The others expect the node of this name to lead. It was killed, and what has not come back yet cannot be promoted.
        await lab.QuietAsync();
        await page.ChooseAsync("failover-to", lab.State.Current.Nodes.Single(n => n.Id == "leader").Label);
        await page.ClickAsync("failover-promote");
        await page.Expect("failover-last").ToContainTextAsync("leader leads epoch");
    }

    [Fact]
    public async Task A_teacher_freezes_a_node_at_the_projector_where_the_whole_hall_sees_what_it_does()
    {
        await using var page = await lab.OpenAsync("/faults?projector=1", 1920, 1080);
        await page.Expect("durability").ToBeVisibleAsync();
        await page.ClickAsync("fault-freeze-follower-2");
        await Assertions.Expect(page.At("fault-node-follower-2")).ToHaveAttributeAsync("data-state", "frozen");
        await page.MustBeAccessibleAsync("projector");
        await page.ScreenshotAsync("faults-projector");
    }
}
