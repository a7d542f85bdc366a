using KvLab.Core.Observation.Snapshots;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>The first ten seconds of somebody new, and a teacher's first five minutes at the projector.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class TourTests(LabInBrowser lab)
{
    [Fact]
    public async Task An_empty_lab_offers_one_thing_to_do_and_a_way_around_that_can_be_left_at_any_step()
    {
        await using var page = await lab.OpenAsync();
        await page.ClickAsync("greeting-tour");
        await page.Expect("tour").ToHaveAttributeAsync("data-step", "0");
        await page.MustBeAccessibleAsync("the tour");
        await page.ScreenshotAsync("tour-1366x768-light");
        await page.ClickAsync("tour-next");
        await page.Expect("tour").ToHaveAttributeAsync("data-step", "1");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Expect("tour").ToHaveAttributeAsync("data-step", "2");
        await page.ClickAsync("tour-back");
        await page.Expect("tour").ToHaveAttributeAsync("data-step", "1");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Expect("tour").Not.ToBeAttachedAsync();

        await page.ClickAsync("greeting-write");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
        await page.Expect("map-empty").Not.ToBeAttachedAsync();
    }

    [Fact]
    public async Task A_word_is_explained_where_it_stands_to_whoever_reaches_it_by_keyboard()
    {
        await using var page = await lab.OpenAsync();
        var word = page.Page.Locator("dfn", new() { HasTextString = "Write quorum" }).First;
        await word.FocusAsync();
        await Assertions.Expect(page.Page.GetByText("How many followers must acknowledge a write before the leader answers with success.").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_teacher_writes_turns_the_quorum_fires_a_burst_and_kills_a_node_without_leaving_the_projector()
    {
        await using var page = await lab.OpenAsync("?projector=1");
        await page.ShortcutAsync("w");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
        await page.At("quorum").FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Expect("quorum-value").ToHaveTextAsync("W = 4 of 5");
        await LabInBrowser.UntilAsync(() => lab.State.Current.Settings is { WriteQuorum: 4 }, "W = 4");
        await page.ShortcutAsync("b");
        await page.Expect("burst-status").ToHaveAttributeAsync("data-state", "done");
        await page.ClickAsync("out-of-order");
        await page.Expect("lab-status").ToContainTextAsync("in this order");
        await page.At("map-node-follower-5").GetByRole(AriaRole.Button).ClickAsync();
        await page.ClickAsync("map-kill-follower-5");
        await LabInBrowser.UntilAsync(() => lab.State.Current.Nodes.Any(n => n is { Id: "follower-5", State: NodeState.Stopped }), "follower-5 stopped");
        await page.ScreenshotAsync("projector-tour-1366x768-light");
        // A presenter's remote knows two keys.
        await page.ShortcutAsync("PageDown");
        await page.Expect("replicas").ToBeVisibleAsync();
        await page.ShortcutAsync("w");
        await page.ShortcutAsync("PageUp");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
    }
}
