using Bunit;
using KvLab.Core.Simulator;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Simulator;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>The bar over a simulation.</summary>
[Trait("Category", "Component")]
public sealed class SimulatorBarTests : PageTest
{
    [Fact]
    public async Task Challenges_come_first_then_puzzles_by_name_below_a_line_and_each_can_be_begun()
    {
        Challenge? begun = null;
        var page = Show(content =>
        {
            content.OpenComponent<SimulatorBar>(0);
            content.AddComponentParameter(1, nameof(SimulatorBar.Simulation), "s1");
            content.AddComponentParameter(2, nameof(SimulatorBar.Link), "simulator");
            content.AddComponentParameter(3, nameof(SimulatorBar.OnChallenge), EventCallback.Factory.Create<Challenge>(this, c => begun = c));
            content.CloseComponent();
        });
        page.At("simulator-challenges").QuerySelector("button")!.Click();
        page.Until(() => page.Has("simulator-challenge-stale"));
        Assert.Equal(Challenge.All.Select(c => $"simulator-challenge-{c.Name}"), page.All("[data-testid^='simulator-challenge-']").Select(e => e.GetAttribute("data-testid")));
        Assert.Equal(Challenge.All.Where(c => c.IsPuzzle), Challenge.All.Where(c => c.Title.StartsWith("Puzzle: ", StringComparison.Ordinal)));
        Assert.Equal(Challenge.All.First(c => c.IsPuzzle).Title, Assert.Single(page.All("hr.mud-divider")).NextElementSibling!.TextContent.Trim());
        await page.At("simulator-challenge-puzzle-missing").ClickAsync();
        page.Until(() => begun is not null);
        Assert.Equal("puzzle-missing", begun!.Name);
    }
}
