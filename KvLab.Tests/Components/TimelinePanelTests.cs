using Bunit;
using KvLab.Core.Observation.Timeline;
using KvLab.Core.Versioning;
using KvLab.Tests.Goldens;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Pages;
using KvLab.Web.Components.Panels.Timeline;
using KvLab.Web.Components.View;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>What lies around the canvas of the space-time diagram; what is drawn on it is looked at in a browser (<c>Browser/TimelinePageTests.cs</c>).</summary>
[Trait("Category", "Component")]
public sealed class TimelinePanelTests : PageTest
{
    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    /// <summary>A story that the diagram and the page were told.</summary>
    private Page Tell(string story = "story-out-of-order")
    {
        var snapshot = Observer.Watch(PlayedRun.Of(story), int.MaxValue, keep: observed => Timeline.Reducer.Apply(observed)).Last().Snapshot;
        if (!Navigation.Uri.Contains("timeline", StringComparison.Ordinal)) Navigation.NavigateTo("timeline");
        return Show<TimelinePage>(snapshot);
    }

    private static Viewer Script(Page page) => new(page.Cut.FindComponent<TimelinePanel>().Instance);

    /// <summary>What the script asks for.</summary>
    private sealed class Viewer(TimelinePanel panel)
    {
        private readonly ITimelineViewer _viewer = panel;

        public byte[] Window(double span) => _viewer.Window(null, null, span, 800, null);
        public string Explain(string id) => _viewer.Explain(id);
        public Task ShownAsync(double? at, double span) => _viewer.ShownAsync(at, span);
        public Task PressedAsync(string id, string? key, long epoch, long version, string? node) => _viewer.PressedAsync(id, key, epoch, version, node);
    }

    [Fact]
    public async Task An_empty_diagram_says_what_to_do_and_does_it()
    {
        var page = Show<TimelinePage>(Idle);
        Assert.Contains("Nothing has been sent yet", page.Text("timeline-empty"), StringComparison.Ordinal);
        await page.At("timeline-write").ClickAsync(new());
        await page.At("timeline-demo").ClickAsync(new());
        Assert.Equal(["write k1=\"hello\"", "out-of-order"], Cluster.Commands.Select(c => c.Replace("=hello", "=\"hello\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_was_pressed_is_selected_everywhere_and_said_in_a_sentence()
    {
        var page = Tell();
        Assert.False(page.Has("timeline-empty"));
        await Script(page).PressedAsync("m1q", "k", 1, 2, "follower-1");
        Assert.Equal(new Selection("k", new EntryVersion(1, 2), "follower-1"), Views.Options.Selection);
        page.Until(() => page.Has("timeline-why") && page.Text("timeline-why").Contains("follower-1", StringComparison.Ordinal));
        page.Until(() => Navigation.Uri.Contains("select=1.2%40follower-1", StringComparison.Ordinal) || Navigation.Uri.Contains("select=1.2@follower-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_selected_elsewhere_is_asked_for_with_every_window()
    {
        var page = Tell();
        var before = Script(page).Window(1e9).Length;
        await page.On(() => Views.Select(new Selection("k", new EntryVersion(1, 2))));
        page.Until(() => Script(page).Window(1e9).Length > before);
    }

    [Fact]
    public void A_link_opens_its_place_zoom_filters_and_selection()
    {
        Navigation.NavigateTo("timeline?at=2025-01-01T00:00:01.5Z&zoom=250&select=1.2@follower-1&lane=follower-2&line=request");
        var page = Tell();
        Assert.Equal(
            new TimelineWindow((new DateTimeOffset(2025, 1, 1, 0, 0, 1, 500, TimeSpan.Zero) - DateTimeOffset.UnixEpoch).TotalMilliseconds, 250, Node: "follower-2", Kind: LineKind.Request),
            page.Cut.FindComponent<TimelinePanel>().Instance.Window);
        Assert.Equal(("k", new EntryVersion(1, 2), "follower-1"), (Views.Options.Selection.Key, Views.Options.Selection.Version, Views.Options.Selection.Node));
        Assert.Equal("false", page.At("timeline-live").GetAttribute("aria-pressed"));
    }

    [Theory]
    [InlineData("http://x/timeline?theme=dark")]
    [InlineData("http://x/timeline?at=2026-01-31T12:00:00.2500001Z&zoom=12.5&axis=real&theme=dark")]
    [InlineData("http://x/timeline?at=4711&zoom=80&axis=lamport&lane=leader&of=a%26b&line=answer&only=1")]
    public void What_an_address_says_is_written_again(string uri)
    {
        var window = TimelineAddress.Read(uri);
        var written = TimelineAddress.Write(uri, window, new Selection("k", new EntryVersion(2, 7), "follower-3"));
        Assert.Equal(window, TimelineAddress.Read(written));
        Assert.Equal((new EntryVersion(2, 7), "follower-3"), TimelineAddress.Selected(written));
        Assert.Equal(uri.Contains("theme=dark", StringComparison.Ordinal), written.Contains("theme=dark", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://x/timeline?at=yesterday&zoom=-3&select=first&axis=up&line=straight")]
    [InlineData("http://x/timeline?at=&zoom=1e99&select=1.2.3&line=99")]
    public void What_cannot_be_understood_counts_as_left_out(string uri) => Assert.Equal((new TimelineWindow(), false), (TimelineAddress.Read(uri), TimelineAddress.Selected(uri) is not null));

    [Fact]
    public async Task Place_and_zoom_come_into_the_address_when_they_rest_and_the_present_has_none()
    {
        var page = Tell();
        await Script(page).ShownAsync(1_735_689_601_500, 400);
        page.Until(() => Navigation.Uri.Contains("at=2025-01-01T00", StringComparison.Ordinal) && Navigation.Uri.Contains("zoom=400", StringComparison.Ordinal));
        Assert.Equal("false", page.At("timeline-live").GetAttribute("aria-pressed"));
        await Script(page).ShownAsync(null, TimelineWindow.StandardMs);
        page.Until(() => !Navigation.Uri.Contains("at=", StringComparison.Ordinal) && !Navigation.Uri.Contains("zoom=", StringComparison.Ordinal));
        Assert.Equal("true", page.At("timeline-live").GetAttribute("aria-pressed"));
    }

    [Fact]
    public async Task One_write_is_followed_until_it_is_not_selected_any_more()
    {
        var page = Tell();
        Assert.True(page.At("timeline-only").HasAttribute("disabled"));
        await page.On(() => Views.Select(new Selection("k", new EntryVersion(1, 2))));
        await page.At("timeline-only").ClickAsync(new());
        page.Until(() => page.Cut.FindComponent<TimelinePanel>().Instance.Window.Only);
        await page.On(() => Views.Select(Selection.None));
        page.Until(() => !page.Cut.FindComponent<TimelinePanel>().Instance.Window.Only);
    }

    [Fact]
    public async Task The_table_has_what_is_visible_and_is_bounded()
    {
        var page = Tell("chaos-1");
        await Script(page).ShownAsync(Timeline.Look(TimelineAxis.Real, b => (b.AtOf(b.Now) - DateTimeOffset.UnixEpoch).TotalMilliseconds), 1e8);
        await page.At("timeline-table-open").ClickAsync(new());
        Assert.InRange(page.All("[data-testid=timeline-table] tbody tr").Count, 20, 100);
        // Where rows are sums, they stand for all of it.
        var stands = page.All("[data-testid=timeline-table] tbody td:last-child").Select(c => c.TextContent.Replace(",", "", StringComparison.Ordinal)).Sum(c => int.TryParse(c, out var n) ? n : 0);
        Assert.True(stands > 1000 || page.Has("timeline-table-more"), $"The table stands for {stands} lines.");
    }

    [Fact]
    public async Task Lamport_time_begins_a_view_of_its_own_and_every_line_explains_itself()
    {
        var page = Tell();
        await page.At("timeline-axis-lamport").ChangeAsync(new() { Value = true });
        page.Until(() => page.Cut.FindComponent<TimelinePanel>().Instance.Window is { Axis: TimelineAxis.Lamport, At: null });
        Assert.Equal(1, Script(page).Window(100)[0]);
        var lines = Timeline.Look(TimelineAxis.Real, b => b.View(new TimelineQuery(1, long.MaxValue / 4))).Lines;
        Assert.All(lines, l => Assert.EndsWith(".", Script(page).Explain(l.Id), StringComparison.Ordinal));
        Assert.Contains(lines, l => Script(page).Explain(l.Id).Contains("an inversion", StringComparison.Ordinal));
        Assert.Equal("", Script(page).Explain("m999q"));
        Assert.Equal("", Script(page).Explain("nonsense"));
    }
}
