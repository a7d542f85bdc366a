using Bunit;
using Bunit.TestDoubles;
using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Pages;
using KvLab.Web.Components.Panels.Kpis;
using KvLab.Web.Components.View;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class LiveScopeTests : PageTest
{
    [Fact]
    public async Task The_whole_page_is_one_subscriber_and_none_when_it_is_gone()
    {
        var page = Show<LivePage>(Busy);
        Assert.Equal(1, Cluster.Subscribers);
        Assert.Equal(7, new[] { "settings", "write", "burst", "lab", "replicas", "writes", "events" }.Count(page.Has));

        await DisposeComponentsAsync();
        Assert.Equal(0, Cluster.Subscribers);
    }

    [Fact]
    public void The_bar_sums_up_the_cluster()
    {
        var page = Show<KpiStrip>(Busy);
        Assert.Equal("6/6 nodes", page.Text("summary-nodes"));
        Assert.Equal("W = 3 of 5 followers only", page.Text("summary-quorum"));
        Assert.Equal("delay U(0.1–1000 ms)", page.Text("summary-delay"));
        Assert.Equal("seed 42", page.Text("summary-seed"));
        Assert.Contains("pending", page.Text("summary-flow"));

        Publish(Calm);
        page.Until(() => page.Text("summary-flow") == "all writes delivered");
    }

    [Fact]
    public void Key_figures_carry_their_units()
    {
        var page = Show<KpiStrip>(Calm with { Kpis = new Kpis(12_345, 12_000, 345, 678, 9, 3, 512.4, 500, 900.2, 990, 1234.4, 2) });
        Assert.Equal(("12,345", "345", "678", "512 ms", "900 ms", "1234", "2"),
            (page.Text("kpi-writes"), page.Text("kpi-partial"), page.Text("kpi-refused"), page.Text("kpi-mean"), page.Text("kpi-p95"), page.Text("kpi-events-per-second"), page.Text("kpi-dropped")));
    }

    [Fact]
    public void Key_figures_say_over_how_many_writes_they_are_and_keep_those_of_the_settings_before()
    {
        var now = new FigureConditions(new LiveSettings { WriteQuorum = 2 }, 5, NodeView.InMemory);
        var before = now with { Settings = now.Settings with { WriteQuorum = 3, Versioning = VersioningMode.Naive, Seed = 7 } };
        var page = Show<KpiStrip>(Calm with
        {
            Kpis = new Kpis(40, 40, 0, 0, 0, 0, 333, 330, 400, 410, 0, 0) { Over = 40 },
            Figures = new FiguresView(Figures(now, 40, 333), [Figures(before, 3_000, 498)], 0),
        });
        Assert.Equal("mean of 40", page.All(".kv-kpi dt").Select(t => t.TextContent.Trim()).Single(t => t.StartsWith("mean", StringComparison.Ordinal)));
        Assert.Equal("498 ms", page.Text("figures-before"));
        Assert.Equal("Before: W = 3 of 5 · U(0.1–1000 ms) · naive · seed 7; mean 498 ms over the latest 2,000 of 3,000 writes, predicted 500 ms plus the machine's overhead. Show all.",
            page.At("figures-before").GetAttribute("title"));

        static SettingsFigures Figures(FigureConditions conditions, long writes, double meanMs) => new(
            conditions, default, writes, writes, 0, 0, new LatencyFigures((int)Math.Min(writes, StateLimits.LatencyPoints), meanMs, meanMs, meanMs, meanMs), 500);
    }

    [Fact]
    public void A_paused_view_stands_still_and_says_how_much_waits()
    {
        var page = Show<KpiStrip>(Idle);
        page.At("pause-view").Click();
        Publish(Calm);
        page.Until(() => page.Text("paused-waiting") == $"{Calm.Events.Count - Idle.Events.Count} events");
        Assert.Equal("0", page.Text("kpi-writes"));

        page.At("resume").Click();
        Assert.False(page.Has("paused-banner"));
        Assert.Equal("The view continues.", page.Text("announcement"));
        Assert.Equal("30", page.Text("kpi-writes"));
    }

    [Fact]
    public async Task A_hidden_tab_renders_nothing_and_is_up_to_date_when_shown_again()
    {
        var page = Show<KpiStrip>(Idle);
        await page.On(() => Browser.OnVisibility(false));
        var renders = page.Cut.RenderCount;
        for (var i = 0; i < 20; i++) Publish(Calm);
        await page.On(() => { });
        Assert.Equal(renders, page.Cut.RenderCount);

        await page.On(() => Browser.OnVisibility(true));
        Assert.Equal("30", page.Text("kpi-writes"));
    }

    [Fact]
    public void A_snapshot_without_news_for_a_panel_does_not_render_it()
    {
        var page = Show<KpiStrip>(Calm);
        var strip = page.Cut.FindComponent<KpiStrip>();
        var renders = strip.RenderCount;
        Publish(Calm with { Events = EventLogView.Empty });
        page.Until(() => page.Cut.RenderCount > 1);
        Assert.Equal(renders, strip.RenderCount);
    }

    [Fact]
    public void A_link_restores_filters_selection_theme_and_projector()
    {
        Services.GetRequiredService<BunitNavigationManager>().NavigateTo("/?theme=dark&projector=1&stage=writes&keys=k1&kind=entry_refused&sel-key=k1&sel=1.7");
        var page = Show<LivePage>(Calm);
        Assert.Equal(("dark", "true"), (page.At("root").GetAttribute("data-theme"), page.At("root").GetAttribute("data-projector")));
        Assert.Equal("writes", page.At("live-page").GetAttribute("data-stage"));
        Assert.Equal(7, Views.Options.Selection.Version.Counter);
        Assert.Equal("entry_refused", EventKindNames.NameOf(Views.Options.EventFilter.Kind!.Value));
    }

    [Fact]
    public async Task What_is_looked_at_goes_into_the_address()
    {
        var page = Show<KpiStrip>(Calm);
        await page.On(() => Views.Update(v => v with { KeyFilter = "k1", Projector = true }));
        page.Until(() => JSInterop.Invocations.Any(i => i.Identifier == "showQuery" && (string)i.Arguments[0]! == "?projector=1&keys=k1"));
    }

    [Fact]
    public async Task The_projector_steps_through_its_views_and_leaves_with_escape()
    {
        var page = Show<LivePage>(Calm);
        await page.On(() => Browser.OnShortcut("projector"));
        Assert.False(page.Has("app-bar"));
        await page.On(() => Browser.OnShortcut("next"));
        Assert.Equal("replicas", page.At("live-page").GetAttribute("data-stage"));
        await page.On(() => Browser.OnShortcut("previous"));
        await page.On(() => Browser.OnShortcut("previous"));
        Assert.Equal("events", page.At("live-page").GetAttribute("data-stage"));
        await page.On(() => Browser.OnShortcut("escape"));
        Assert.True(page.Has("app-bar"));
    }

    [Fact]
    public async Task Help_lists_the_shortcuts()
    {
        var page = Show<KpiStrip>(Calm);
        await page.On(() => Browser.OnShortcut("help"));
        page.Until(() => page.Has("help-close"));
        Assert.Contains("start the burst in the form", page.Cut.Markup);
    }

    [Fact]
    public void Only_what_matters_is_announced()
    {
        var page = Show<KpiStrip>(Idle);
        Publish(Busy);
        page.Until(() => page.Text("kpi-writes") == "30");
        Assert.Equal("", page.Text("announcement"));

        Publish(Busy with { Nodes = Busy.Nodes.SetItem(2, Busy.Nodes[2] with { State = NodeState.Crashed }) });
        page.Until(() => page.Text("announcement") == "follower-2 is crashed.");
        Publish(Busy with { Settings = Busy.Settings! with { WriteQuorum = 1 } });
        page.Until(() => page.Text("announcement").Contains("Settings changed: W = 1 of 5"));
    }

    [Fact]
    public void The_theme_can_be_chosen()
    {
        var page = Show<KpiStrip>(Calm);
        page.At("theme").QuerySelector("button")!.Click();
        page.Until(() => page.Has("theme-dark"));
        page.At("theme-dark").Click();
        page.Until(() => page.At("root").GetAttribute("data-theme") == "dark");
        Assert.Equal(ThemeChoice.Dark, Views.Options.Theme);
    }
}
