using Bunit;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Bases;
using KvLab.Web.Components.Pages;
using KvLab.Web.Components.Panels.Events;
using KvLab.Web.Components.Panels.Replicas;
using KvLab.Web.Components.Panels.Writes;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>What is not drawn: the cost of a page is what it draws.</summary>
[Trait("Category", "Component")]
public sealed class RenderingTests : PageTest
{
    [Fact]
    public void A_page_whose_data_did_not_change_does_not_render()
    {
        var page = Show<LivePage>(Calm);
        var before = Counts(page);
        Publish(Calm with { Revision = Calm.Revision + 1 });
        Publish(Calm with { Revision = Calm.Revision + 2 });
        // Shown by something that did change, so that the wait is for a picture and not for a while.
        Publish(Calm with { Revision = Calm.Revision + 3, Kpis = Calm.Kpis with { Writes = 4711 } });
        page.Until(() => page.Text("kpi-writes") == "4,711");
        Assert.Equal(before, Counts(page));
    }

    [Fact]
    public void What_changed_is_drawn_and_what_did_not_is_left_alone()
    {
        var page = Show<LivePage>(Calm);
        var before = Counts(page);
        var row = Calm.Keys["k1"];
        Publish(Calm with { Keys = Calm.Keys.SetItem("k1", row with { LeaderValue = "\"other\"" }) });
        page.Until(() => Count<ReplicasPanel>(page) > before.Replicas);
        Assert.Equal((before.Writes, before.Events, before.Theme), (Count<WritesPanel>(page), Count<EventsPanel>(page), Count<MudBlazor.MudThemeProvider>(page)));
    }

    [Fact]
    public void In_a_storm_a_list_rests_between_two_pictures_and_its_end_is_not_forgotten()
    {
        var page = Show<LivePage>(Storm(50));
        Publish(Storm(100));
        page.Until(() => page.Text("kpi-writes") == "100");
        var drawn = page.All(".kv-write-row")[0].GetAttribute("data-testid");
        Publish(Storm(200));
        Publish(Storm(300));
        page.Until(() => page.Text("kpi-writes") == "300");
        Assert.Equal(drawn, page.All(".kv-write-row")[0].GetAttribute("data-testid"));

        // Nothing comes any more: the last state is drawn by itself.
        Clock.Advance(TimeSpan.FromSeconds(1));
        page.Until(() => page.Has("write-300"));
        Assert.Equal("write-300", page.All(".kv-write-row")[0].GetAttribute("data-testid"));
    }

    [Fact]
    public void A_write_in_a_calm_cluster_is_drawn_at_once()
    {
        var page = Show<LivePage>(Storm(100));
        for (var newest = 101; newest < 101 + RowKeys.Many; newest++)
        {
            Publish(Storm(newest));
            page.Until(() => page.Has($"write-{newest}"));
        }
    }

    private static ClusterSnapshot Storm(int newest)
    {
        var write = Calm.Writes[0];
        return Calm with
        {
            Revision = newest,
            Kpis = Calm.Kpis with { Writes = newest },
            Writes = [.. Enumerable.Range(0, 50).Select(i => write with { Version = write.Version with { Counter = newest - i } })],
        };
    }

    private static (int Replicas, int Writes, int Events, int Theme) Counts(Page page) =>
        (Count<ReplicasPanel>(page), Count<WritesPanel>(page), Count<EventsPanel>(page), Count<MudBlazor.MudThemeProvider>(page));

    private static int Count<TComponent>(Page page) where TComponent : IComponent => page.Cut.FindComponent<TComponent>().RenderCount;
}
