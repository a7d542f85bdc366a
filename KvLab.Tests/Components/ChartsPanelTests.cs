using Bunit;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Charts;
using KvLab.Web.Components.View;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class ChartsPanelTests : PageTest
{
    [Fact]
    public void An_empty_chart_says_how_to_fill_it() =>
        Assert.Contains("A point per answered write", Show<ChartsPanel>(Idle).Text("chart-empty"));

    [Fact]
    public void Both_charts_stay_mounted_and_one_is_shown()
    {
        var page = Show<ChartsPanel>(Calm);
        Assert.Equal(("true", "false"), (page.At("chart-latency").GetAttribute("data-shown"), page.At("chart-lag").GetAttribute("data-shown")));

        page.At("chart-tab-lag").Change(true);
        Assert.Equal(ChartTab.Lag, Views.Options.Chart);
        Assert.Equal(("false", "true"), (page.At("chart-latency").GetAttribute("data-shown"), page.At("chart-lag").GetAttribute("data-shown")));
    }

    [Fact]
    public void Every_chart_is_a_table_too()
    {
        var page = Show<ChartsPanel>(Calm);
        page.At("chart-table").Click();
        Assert.Equal(["epoch", "version", "latency ms", "delay mean ms", "W", "status"], page.All(".kv-chart-table th").Select(h => h.TextContent));
        Assert.Equal(30, page.All(".kv-chart-table tbody tr").Count(r => r.QuerySelector("td") is not null));

        page.At("chart-tab-lag").Change(true);
        Assert.Contains("follower-5", page.All(".kv-chart-table th").Select(h => h.TextContent));
    }

    [Fact]
    public void Its_numbers_can_be_saved_as_csv_and_its_picture_as_png_and_svg()
    {
        var page = Show<ChartsPanel>(Calm);
        page.At("chart-csv").Click();
        page.At("chart-png").Click();
        page.At("chart-svg").Click();
        var module = JSInterop.Invocations.Where(i => i.Identifier is "download" or "saveChart").ToList();
        Assert.Equal(["download", "saveChart", "saveChart"], module.Select(i => i.Identifier));
        Assert.Equal("kvlab-latency.csv", module[0].Arguments[0]);
        Assert.StartsWith("\uFEFFepoch,version,latency_ms,delay_mean_ms,W,status\r\n1,1,", (string)module[0].Arguments[2]!);
        Assert.Equal(["png", "svg"], module.Skip(1).Select(i => i.Arguments[1]));
    }

    [Fact]
    public void New_points_are_appended_and_not_sent_again()
    {
        var page = Show<ChartsPanel>(Calm);
        var before = JSInterop.Invocations.Count(i => i.Identifier == "react");
        Publish(Calm with { Latencies = Calm.Latencies.Add(new LatencyPoint(new(1, 31), 420, true, 3, 500)) });
        Clock.Advance(LiveChart<LatencyPoint>.AfterTheRest);
        Assert.Contains(JSInterop.Invocations, i => i.Identifier == "extendTraces");
        Assert.Equal(before, JSInterop.Invocations.Count(i => i.Identifier == "react"));
    }
}
