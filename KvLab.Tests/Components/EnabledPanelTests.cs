using Bunit;
using KvLab.Core.Simulator;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Simulator;
using KvLab.Web.Components.View;
using Xunit;
using Held = KvLab.Core.Simulator.Simulation;

namespace KvLab.Tests.Components;

/// <summary>What a viewer of a simulation may let happen next.</summary>
[Trait("Category", "Component")]
public sealed class EnabledPanelTests : PageTest
{
    private readonly List<Choice> _taken = [];

    private IRenderedComponent<EnabledPanel> Show(IReadOnlyList<Choice> choices, ViewOptions? view = null) => Render<EnabledPanel>(p =>
    {
        p.Add(x => x.Choices, choices).Add(x => x.OnTake, c => { _taken.Add(c); return Task.CompletedTask; }).Add(x => x.OnDo, _ => Task.FromResult(true));
        if (view is not null) p.AddCascadingValue(view);
    });

    private static IReadOnlyList<Choice> TwoWrites()
    {
        var simulation = new Held(SimulationPlan.Standard);
        simulation.Do("write k1 = old");
        simulation.Do("write k1 = new");
        return simulation.Enabled;
    }

    private static string[] Messages(IRenderedComponent<EnabledPanel> panel) =>
        [.. panel.FindAll("li > span").Select(s => s.TextContent).Where(t => t.StartsWith('v'))];

    [Fact]
    public void A_message_stands_once_with_all_that_may_become_of_it()
    {
        var panel = Show(TwoWrites());
        Assert.Equal(6, Messages(panel).Length);
        var first = panel.FindAll("li")[0];
        Assert.Equal(["arrives", "is lost", "ack lost", "twice"], first.QuerySelectorAll("button").Select(b => b.TextContent.Trim()));
        first.QuerySelectorAll("button")[1].Click();
        Assert.Equal(ChoiceKind.Drop, Assert.Single(_taken).Kind);
    }

    [Fact]
    public void A_message_that_was_pressed_on_the_map_stands_first()
    {
        var choices = TwoWrites();
        var last = choices.Last(c => c.Kind == ChoiceKind.Deliver);
        var panel = Show(choices, ViewOptions.Default with { Selection = new Selection(last.Key, new EntryVersion(last.Epoch!.Value, last.Version!.Value), last.Node) });
        Assert.Equal($"v{last.Version} of {last.Key} to {last.Node}", Messages(panel)[0]);
        Assert.Equal("true", panel.FindAll("li")[0].GetAttribute("aria-current"));
        panel.FindAll("li")[0].QuerySelectorAll("button")[0].Click();
        Assert.Equal(last, Assert.Single(_taken));
    }

    [Fact]
    public void The_next_line_of_a_story_is_offered_above_all()
    {
        var panel = Show(new Held(SimulationPlan.Standard with { Script = "write k7 = a\nkill leader" }).Enabled);
        Assert.Equal("Next line of the script: write k7 = a", panel.Find("[data-testid=simulator-story]").TextContent);
        panel.Find("[aria-label^='do it']").Click();
        Assert.Equal(ChoiceKind.Story, Assert.Single(_taken).Kind);
    }
}
