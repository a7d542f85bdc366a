using Bunit;
using KvLab.Core.Observation.Traffic;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Map;
using KvLab.Web.Live;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>What lies around the canvas of the map; what is drawn on it is looked at in a browser (<c>Browser/MapTests.cs</c>).</summary>
[Trait("Category", "Component")]
public sealed class MapPanelTests : PageTest
{
    /// <summary>Something that is not the cluster of this dashboard.</summary>
    private sealed class OtherTraffic : ITrafficLookup
    {
        public int Asked { get; private set; }

        public TrafficCopy CopyTraffic() => throw new NotSupportedException();

        public byte[]? NextTraffic(TrafficCursor cursor)
        {
            Asked++;
            return null;
        }
    }

    private sealed class Elsewhere : ComponentBase
    {
        public static OtherTraffic Traffic { get; } = new();

        protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder)
        {
            builder.OpenComponent<MapPanel>(0);
            builder.AddComponentParameter(1, nameof(MapPanel.Traffic), Traffic);
            builder.CloseComponent();
        }
    }

    [Fact]
    public void Any_page_can_place_a_map_over_any_observer()
    {
        var script = JSInterop.SetupModule("./js/map.js");
        script.Mode = JSRuntimeMode.Loose;
        script.SetupModule("create", _ => true).Mode = JSRuntimeMode.Loose;
        Show<Elsewhere>(Calm);
        Assert.True(SpinWait.SpinUntil(() =>
        {
            Clock.Advance(MapPlayer.Interval);
            return Elsewhere.Traffic.Asked > 0;
        }, Patience));
    }

    [Fact]
    public void The_picture_says_in_words_who_is_there_and_what_is_wrong_with_it()
    {
        var page = Show<MapPanel>(Calm);
        Assert.StartsWith("Messages between 6 nodes: leader,", page.At("map-canvas").GetAttribute("aria-label"), StringComparison.Ordinal);
        Assert.False(page.Has("map-empty"));
    }

    [Fact]
    public void An_empty_map_says_what_to_do() => Assert.True(Show<MapPanel>(Idle).Has("map-empty"));

    [Fact]
    public async Task Slow_motion_hold_and_step_are_the_maps_own_and_now_ends_them()
    {
        var page = Show<MapPanel>(Calm);
        page.Choose("map-speed", "1/20");
        await page.At("map-step").ClickAsync(new());
        Assert.Equal("true", page.At("map-pause").GetAttribute("aria-pressed"));
        await page.At("map-now").ClickAsync(new());
        Assert.Equal(("false", "1"), (page.At("map-pause").GetAttribute("aria-pressed"), page.At("map-speed").GetAttribute("data-value")));
    }
}
