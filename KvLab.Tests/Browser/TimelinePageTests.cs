using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Storage;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>The space-time diagram in a browser over real nodes: what is drawn is what was told, and it can be moved, pointed at and taken home.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class TimelinePageTests(LabInBrowser lab)
{
    private const string Script = "document.querySelector('[data-testid=timeline-stage]')?.kvlabTimeline";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private sealed record Look(
        int Lines, int Sums, int Messages, int Counted, int Drawn, int Crossings, int Selected, int Cones, double From, double To, double Span, bool Live, double At, double Now, double AskedFrom, double AskedTo, double Origin,
        double BehindMs, bool StillAsking, bool Lamport, string[] Spans);

    private sealed record Place(string? Id, string Kind, string? Outcome, int Count, double X1, double Y1, double X2, double Y2);

    private static async Task<Look> LookAsync(LabPage page) => (await page.Page.EvaluateAsync<JsonElement>($"() => {Script}.look()")).Deserialize<Look>(JsonSerializerOptions.Web)!;

    private static async Task<Place[]> PlacesAsync(LabPage page) => (await page.Page.EvaluateAsync<JsonElement>($"() => {Script}.places()")).Deserialize<Place[]>(JsonSerializerOptions.Web)!;

    private async Task<LabPage> OpenAsync(string query = "", int width = 1366, int height = 768, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await lab.OpenAsync("/timeline" + query, width, height, scheme, new() { WriteQuorum = 3, MinDelayMs = 20, MaxDelayMs = 200 });
        await page.Page.WaitForFunctionAsync($"() => {Script}?.look().now > 0");
        return page;
    }

    private async Task WriteAsync(int writes) => await Task.WhenAll(Enumerable.Range(1, writes).Select(i => lab.Commands.WriteAsync($"k{i % 3}", JsonText.Of("x"), Cancellation)));

    /// <summary>Everything that was sent, held still, and asked for anew: what is there may have been told before the last write.</summary>
    private async Task HoldAllAsync(LabPage page, double span = 20_000)
    {
        await lab.QuietAsync();
        await page.Page.EvaluateAsync($"span => {{ const t = {Script}; t.follow(false); t.hide(false); const l = t.look(); t.goTo(l.now + l.origin - span * 0.4, span); }}", span);
        await RestAsync(page);
    }

    private static async Task RestAsync(LabPage page) => await page.Page.WaitForFunctionAsync($"() => {{ const l = {Script}.look(); return !l.stillAsking && l.askedFrom <= l.from && l.askedTo >= l.to; }}");

    [Fact]
    public async Task What_is_drawn_counts_as_many_messages_as_the_list_of_messages_has()
    {
        await using var page = await OpenAsync();
        await WriteAsync(150);
        await HoldAllAsync(page);
        var look = await LookAsync(page);
        using var http = new HttpClient();
        string At(double ms) => Uri.EscapeDataString(DateTimeOffset.UnixEpoch.AddTicks((long)((look.Origin + ms) * TimeSpan.TicksPerMillisecond)).ToString("o", CultureInfo.InvariantCulture));
        var (from, to) = (At(look.AskedFrom), At(look.AskedTo));
        var messages = (await http.GetFromJsonAsync<MessageView[]>($"{lab.Url}/api/messages?limit=131072&from={from}&to={to}", Cancellation))!;
        Assert.InRange(messages.Length, 1500, 2000);
        Assert.Equal((messages.Length, messages.Length), (look.Counted, look.Messages));
        var timeline = await http.GetFromJsonAsync<JsonElement>($"{lab.Url}/api/timeline?from={from}&to={to}&width=400", Cancellation);
        Assert.Equal(messages.Length, timeline.GetProperty("messages").GetInt32());
        // So many are summed up; closer, each is a line of its own, and is one of them.
        Assert.True(look.Sums > 0);
        await page.Page.EvaluateAsync($"() => {{ const t = {Script}, l = t.look(); t.goTo((l.askedFrom + l.askedTo) / 2 + l.origin, 40); }}");
        await RestAsync(page);
        var ids = messages.Select(m => m.Id).ToHashSet();
        Assert.All((await PlacesAsync(page)).Where(p => p.Id is not null && p.Kind != "write"), p => Assert.Contains(p.Id!, ids));
        await page.ScreenshotAsync("timeline-burst");
    }

    [Fact]
    public async Task It_follows_the_present_until_somebody_moves_it_and_the_address_says_where_it_is()
    {
        await using var page = await OpenAsync();
        await page.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.NoPreference });
        await WriteAsync(5);
        var before = await LookAsync(page);
        Assert.True(before.Live);
        await page.Page.WaitForFunctionAsync($"from => {Script}.look().from > from + 300", before.From);
        await page.At("timeline-stage").FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await page.Expect("timeline-live").ToHaveAttributeAsync("aria-pressed", "false");
        var held = await LookAsync(page);
        Assert.False(held.Live);
        await page.Page.WaitForURLAsync(url => url.Contains("at=", StringComparison.Ordinal));
        Assert.Equal(held.From, (await LookAsync(page)).From, 3);
        foreach (var (key, factor) in (IEnumerable<(string, double)>)[("+", 1 / 1.5), ("-", 1), ("-", 1.5)])
        {
            await page.Page.Keyboard.PressAsync(key);
            Assert.Equal(held.Span * factor, (await LookAsync(page)).Span, 3);
        }

        await page.ClickAsync("timeline-zoom-in");
        await page.Page.WaitForURLAsync(url => url.Contains("zoom=9375", StringComparison.Ordinal));
        var link = page.Page.Url;
        var there = await LookAsync(page);
        await page.Page.GotoAsync(link);
        await page.ReadyAsync();
        await page.Page.WaitForFunctionAsync($"() => {Script}?.look().now > 0");
        var again = await LookAsync(page);
        Assert.Equal((there.Span, false), (again.Span, again.Live));
        Assert.Equal(there.At, again.At, 1.0);
        await page.At("timeline-stage").FocusAsync();
        await page.Page.Keyboard.PressAsync("End");
        await page.Expect("timeline-live").ToHaveAttributeAsync("aria-pressed", "true");
    }

    [Fact]
    public async Task The_wheel_zooms_around_the_pointer_and_dragging_moves_along()
    {
        await using var page = await OpenAsync();
        await WriteAsync(10);
        await HoldAllAsync(page);
        var box = (await page.At("timeline-canvas").BoundingBoxAsync())!;
        var (x, y) = (box.X + box.Width * 0.7f, box.Y + box.Height * 0.5f);
        var before = await LookAsync(page);
        await page.Page.Mouse.MoveAsync(x, y);
        await page.Page.Mouse.WheelAsync(0, -300);
        await page.Page.WaitForFunctionAsync($"span => {Script}.look().span < span * 0.9", before.Span);
        var zoomed = await LookAsync(page);
        Assert.Equal(TimeAt(before), TimeAt(zoomed), 5.0);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(x + 100, y, new() { Steps = 5 });
        await page.Page.Mouse.UpAsync();
        var moved = await LookAsync(page);
        Assert.Equal(zoomed.Span, moved.Span, 3);
        Assert.True(moved.From < zoomed.From - zoomed.Span * 0.05);

        double TimeAt(Look look) => look.From + (x - box.X - 96) / (box.Width - 108) * look.Span;
    }

    [Fact]
    public async Task A_line_that_is_pressed_is_selected_here_and_on_the_live_page_and_the_other_way_round()
    {
        await using var page = await OpenAsync();
        await lab.Commands.WriteAsync("pressed", JsonText.Of("x"), Cancellation);
        await HoldAllAsync(page, 6000);
        var request = (await PlacesAsync(page)).First(p => p.Kind == "request" && p.X2 - p.X1 > 3);
        await page.At("timeline-canvas").ClickAsync(new() { Position = new Position { X = (float)(request.X1 + request.X2) / 2, Y = (float)(request.Y1 + request.Y2) / 2 } });
        await page.Expect("timeline-why").ToContainTextAsync("pressed");
        await page.Page.WaitForFunctionAsync($"() => {Script}?.look().selected > 5 && {Script}.look().cones > 1");
        await page.Page.WaitForURLAsync(url => url.Contains("select=", StringComparison.Ordinal));
        await page.ClickAsync("page-live");
        await page.Expect("write-detail").ToContainTextAsync("pressed");
        await page.ClickAsync("page-timeline");
        await page.Page.WaitForFunctionAsync($"() => {Script}?.look().selected > 5");
        Assert.False((await LookAsync(page)).Live, "Whoever comes with a selection sees it.");
    }

    [Fact]
    public async Task Out_of_order_shows_crossing_lines_and_pointing_explains_them()
    {
        await using var page = await OpenAsync();
        await lab.Commands.OutOfOrderDemoAsync(cancellation: Cancellation);
        await HoldAllAsync(page, 8000);
        await page.Page.WaitForFunctionAsync($"() => {Script}.look().crossings >= 2");
        var stale = (await PlacesAsync(page)).First(p => p.Outcome == "superseded");
        await page.At("timeline-canvas").HoverAsync(new() { Position = new Position { X = (float)(stale.X1 * 0.25 + stale.X2 * 0.75), Y = (float)(stale.Y1 * 0.25 + stale.Y2 * 0.75) } });
        await page.Expect("timeline-tip").ToContainTextAsync("inversion");
        await page.ScreenshotAsync("timeline-pointed");
        await page.ClickAsync("timeline-axis-lamport");
        await page.Page.WaitForFunctionAsync($"() => {Script}.look().lamport && {Script}.look().lines > 10");
        await page.ScreenshotAsync("timeline-lamport");
        await page.MustBeAccessibleAsync("Lamport time");
    }

    [Fact]
    public async Task A_frozen_node_and_a_cut_are_stretches_with_an_end()
    {
        await using var page = await OpenAsync();
        await lab.Commands.FreezeNodeAsync("follower-3", Cancellation);
        await lab.Commands.PartitionAsync(["follower-5"], Cancellation);
        await WriteAsync(3);
        await lab.Commands.ThawNodeAsync("follower-3", Cancellation);
        await lab.Commands.HealAsync(null, Cancellation);
        await HoldAllAsync(page, 12_000);
        var spans = (await LookAsync(page)).Spans;
        Assert.Contains("frozen follower-3", spans);
        Assert.Contains("cut follower-5", spans);
        await page.ScreenshotAsync("timeline-faults");
    }

    [Theory]
    [InlineData(1366, 768, ColorScheme.Light), InlineData(1024, 768, ColorScheme.Dark), InlineData(390, 844, ColorScheme.Light), InlineData(1366, 768, ColorScheme.Dark)]
    public async Task It_fits_and_axe_finds_nothing(int width, int height, ColorScheme scheme)
    {
        await using var page = await OpenAsync("", width, height, scheme);
        await page.MustBeAccessibleAsync("an empty diagram");
        await WriteAsync(12);
        await HoldAllAsync(page, 3000);
        await page.ClickAsync("timeline-table-open");
        await page.Expect("timeline-table").ToContainTextAsync("leader");
        await page.MustBeAccessibleAsync("a diagram with its table");
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), "It must be moved sideways.");
        var canvas = (await page.At("timeline-canvas").BoundingBoxAsync())!;
        Assert.True(canvas is { Width: > 300, Height: > 150 }, $"{canvas.Width}×{canvas.Height} is too small.");
        await page.ScreenshotAsync($"timeline-{width}-{scheme}");
    }

    [Fact]
    public async Task By_keyboard_alone_a_line_is_found_explained_and_selected()
    {
        await using var page = await OpenAsync();
        await lab.Commands.WriteAsync("keys", JsonText.Of("x"), Cancellation);
        await HoldAllAsync(page, 6000);
        await page.At("timeline-stage").FocusAsync();
        // Calls between nodes may come before the write.
        var tip = page.At("timeline-tip");
        for (var line = 0; line < 60 && !(await tip.TextContentAsync())!.Contains("of keys", StringComparison.Ordinal); line++)
        {
            var before = await tip.TextContentAsync();
            await page.Page.Keyboard.PressAsync("ArrowDown");
            await Assertions.Expect(tip).Not.ToHaveTextAsync(before!);
        }

        await page.Expect("timeline-tip").ToContainTextAsync("of keys");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Expect("timeline-why").ToContainTextAsync("of keys");
    }

    [Theory]
    [InlineData("timeline-png", 0x89, (byte)'P')]
    [InlineData("timeline-svg", (byte)'<', (byte)'s')]
    public async Task The_picture_can_be_taken_home(string button, byte first, byte second)
    {
        await using var page = await OpenAsync();
        await WriteAsync(3);
        await HoldAllAsync(page, 6000);
        var file = await page.DownloadAsync(button);
        Assert.Equal((first, second), (file[0], file[1]));
        Assert.True(file.Length > 2000);
    }

    [Fact]
    public async Task Whoever_asked_for_less_motion_sees_it_move_seldom_and_others_see_it_scroll()
    {
        await using var page = await OpenAsync();
        await page.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        Assert.InRange(await FramesAsync(2000), 1, 12);
        await page.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.NoPreference });
        Assert.InRange(await FramesAsync(2000), 15, 400);

        Task<int> FramesAsync(int ms) => page.Page.EvaluateAsync<int>($"async ms => {{ const t = {Script}, before = t.frames; await new Promise(done => setTimeout(done, ms)); return t.frames - before; }}", ms);
    }

    /// <summary>Run by hand: what pictures cost with as many messages as are remembered, and how far following is behind.</summary>
    [Theory(Explicit = true)]
    [Trait("Category", "Demo")]
    [InlineData(15_000, 64)]
    public async Task What_it_costs(int writes, int clients)
    {
        await using var page = await OpenAsync();
        await page.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.NoPreference });
        await lab.Commands.ChangeSettingsAsync(new() { WriteQuorum = 3, MinDelayMs = 1, MaxDelayMs = 100 }, Cancellation);
        var burst = lab.Commands.StartBurst(new Web.Commands.BurstPlan(writes, clients, 10));
        var behind = new List<double>();
        var started = Environment.TickCount64;
        while (lab.Commands.FindBurst(burst.Id)!.State == Web.Commands.BurstState.Running)
        {
            await Task.Delay(100, Cancellation);
            behind.Add((await LookAsync(page)).BehindMs);
        }

        var seconds = (Environment.TickCount64 - started) / 1000.0;
        var liveFrames = await TimesAsync();
        await HoldAllAsync(page, 60_000);
        await page.Page.EvaluateAsync($"() => {{ {Script}.frameMs.length = 0; }}");
        var box = (await page.At("timeline-canvas").BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + box.Width * 0.6f, box.Y + box.Height * 0.5f);
        for (var i = 0; i < 60; i++)
        {
            await page.Page.Mouse.WheelAsync(0, i < 40 ? -60 : 90);
            await Task.Delay(25, Cancellation);
        }

        for (var i = 0; i < 40; i++)
        {
            await page.Page.EvaluateAsync($"i => {Script}.pan(i % 2 ? 0.05 : -0.08)", i);
            await Task.Delay(25, Cancellation);
        }

        var frames = await TimesAsync();
        var look = await LookAsync(page);
        behind.Sort();
        Assert.Fail(string.Create(CultureInfo.InvariantCulture,
            $"{writes} writes in {seconds:0.0} s ({writes / seconds:0}/s). behind: p50 {At(behind, .5):0} ms, p95 {At(behind, .95):0} ms, most {behind[^1]:0} ms. Live frame: p50 {At(liveFrames, .5):0.0} ms, p95 {At(liveFrames, .95):0.0} ms. "
            + $"Pan and zoom over {look.Messages} messages ({look.Lines} lines, {look.Sums} sums): {frames.Count} frames, p50 {At(frames, .5):0.0} ms, p95 {At(frames, .95):0.0} ms, most {frames[^1]:0.0} ms."));

        async Task<List<double>> TimesAsync() => [.. (await page.Page.EvaluateAsync<double[]>($"() => [...{Script}.frameMs]")).Order()];
        static double At(List<double> sorted, double share) => sorted.Count == 0 ? 0 : sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * share)];
    }
}
