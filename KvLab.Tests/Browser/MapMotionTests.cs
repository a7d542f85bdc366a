using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>The map moves while something does, and for whoever likes that.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class MapMotionTests(LabInBrowser lab)
{
    [Fact]
    public async Task Where_nothing_moves_nothing_is_drawn_but_a_picture_now_and_then()
    {
        await using var page = await lab.OpenAsync(motion: ReducedMotion.NoPreference);
        await page.Page.WaitForFunctionAsync("() => document.querySelector('[data-testid=map-stage]').kvlabMap?.frames > 0");
        // What prepared the lab fades first.
        var fewest = await page.Page.EvaluateAsync<int>("""
            async () => {
              const map = document.querySelector('[data-testid=map-stage]').kvlabMap;
              let fewest = Infinity;
              for (let i = 0; i < 10 && fewest > 5; i++) {
                const before = map.frames;
                await new Promise(done => setTimeout(done, 2000));
                fewest = Math.min(fewest, map.frames - before);
              }
              return fewest;
            }
            """);
        Assert.InRange(fewest, 1, 5);
    }

    [Fact]
    public async Task Whoever_asked_for_less_motion_sees_messages_stand_and_a_list_of_them()
    {
        await using var page = await lab.OpenAsync(settings: new() { WriteQuorum = 1, MinDelayMs = 2000, MaxDelayMs = 2000 });
        var write = lab.Commands.WriteAsync("still", Core.Storage.JsonText.Of("x"), TestContext.Current.CancellationToken);
        await page.Expect("map-list").ToContainTextAsync("of still, leader to follower-");
        await page.MustBeAccessibleAsync("a map with messages under way");
        await write;
    }
}
