using System.Net.Http.Json;
using System.Text.Json;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Settings;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>The picture of messages on the move: what is drawn is what was told, wherever it moves.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class MapTests(LabInBrowser lab)
{
    private const string Dots = "() => document.querySelector('[data-testid=map-stage]').kvlabMap?.dots() ?? { t: 0, dots: [], behindMs: 0, drawn: 0, together: 0 }";

    private static readonly LiveSettingsPatch Slow = new() { WriteQuorum = 3, MinDelayMs = 400, MaxDelayMs = 1200 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A dot as the page drew it.</summary>
    private sealed record Dot(string Id, string Kind, string Look, string From, string To, double P, double X, double Y);

    private sealed record Picture(double T, Dot[] Dots, double BehindMs, int Drawn, int Together);

    private static async Task<Picture> LookAsync(LabPage page) => (await page.Page.EvaluateAsync<JsonElement>(Dots)).Deserialize<Picture>(JsonSerializerOptions.Web)!;

    /// <summary>A page whose map has been told something: its script comes a moment after the page is ready.</summary>
    private async Task<LabPage> OpenAsync(int width = 1366, int height = 768, LiveSettingsPatch? settings = null)
    {
        var page = await lab.OpenAsync(width: width, height: height, settings: settings, motion: ReducedMotion.NoPreference);
        await page.Page.WaitForFunctionAsync("() => document.querySelector('[data-testid=map-stage]').kvlabMap?.dots().behindMs > 0");
        return page;
    }

    private async Task<Dictionary<string, MessageView>> MessagesAsync()
    {
        using var http = new HttpClient();
        return (await http.GetFromJsonAsync<MessageView[]>($"{lab.Url}/api/messages?limit=131072", Cancellation))!.ToDictionary(m => m.Id);
    }

    /// <summary>Pictures taken while something goes on, and afterwards what the messages in them really did.</summary>
    private async Task<int> MustBeTrueAsync(LabPage page, Func<Task> something)
    {
        var pictures = new List<Picture>();
        var going = something();
        for (var i = 0; i < 25; i++)
        {
            pictures.Add(await LookAsync(page));
            await Task.Delay(80, Cancellation);
        }

        await going;
        await lab.QuietAsync();
        var messages = await MessagesAsync();
        var known = 0;
        foreach (var picture in pictures)
        {
            Assert.All(picture.Dots, d => Assert.True(messages.ContainsKey(d.Id), $"{d.Id} was drawn, and nobody told of it."));
            // By its place on its way each dot says what time it is in the picture, and all say the same.
            var times = new List<double>();
            foreach (var dot in picture.Dots)
            {
                var m = messages[dot.Id];
                Assert.Equal((m.From, m.To), (dot.From, dot.To));
                if (dot.Look != "known") continue;
                times.Add((m.SentAt!.Value - DateTimeOffset.UnixEpoch).TotalMilliseconds + dot.P * (m.ArrivedAt!.Value - m.SentAt.Value).TotalMilliseconds);
            }

            known += times.Count;
            if (times.Count > 1) Assert.True(times.Max() - times.Min() < 2, $"At one moment dots are {times.Max() - times.Min():0.0} ms apart.");
        }

        return known;
    }

    [Fact]
    public async Task Every_dot_is_a_message_and_stands_where_it_was_at_that_moment()
    {
        await using var page = await OpenAsync(settings: Slow);
        // A busy machine takes fewer pictures while messages are under way.
        var known = 0;
        for (var tries = 0; known <= 20 && tries < 10; tries++)
            known += await MustBeTrueAsync(page, () => Task.WhenAll(Enumerable.Range(1, 12).Select(i => lab.Commands.WriteAsync($"k{i}", Core.Storage.JsonText.Of("x"), Cancellation))));
        Assert.True(known > 20, $"Only {known} places were compared.");
        await page.ScreenshotAsync("map-writes");
    }

    [Fact]
    public async Task A_read_goes_to_its_node_and_what_it_found_comes_back()
    {
        await using var page = await OpenAsync(settings: Slow);
        await lab.Commands.WriteAsync("k", Core.Storage.JsonText.Of("x"), Cancellation);
        using var http = new HttpClient();
        var calls = new HashSet<string>();
        await MustBeTrueAsync(page, async () =>
        {
            var reads = Enumerable.Range(1, 5).Select(i => http.PostAsJsonAsync($"{lab.Url}/api/reads", new { key = "k", from = $"follower-{i}" })).ToArray();
            await Task.WhenAll(reads);
            // The map learns of a read when it is over, and plays what it knows: seen slowly, from its beginning.
            await Task.Delay(150, Cancellation);
            for (var i = 0; i < 40; i++)
            {
                calls.UnionWith((await LookAsync(page)).Dots.Where(d => d.Kind == "call").Select(d => d.Look));
                await Task.Delay(20, Cancellation);
            }
        });
        Assert.Contains("answering", calls);
    }

    [Fact]
    public async Task Where_two_machines_have_two_clocks_a_message_is_a_stretch_and_not_a_point()
    {
        await using var page = await OpenAsync();
        var book = new TrafficBook();
        for (var i = 1; i <= 2; i++)
        {
            book.Trips.Add(new Trip
            {
                Key = "k",
                Version = new(1, i),
                Leader = NodeRoles.Leader,
                Follower = $"follower-{i}",
                Attempt = 1,
                SentNs = 1_000_000_000,
                ArrivedNs = 601_000_000_000,
                Facts = TripFacts.Arrived,
            });
        }

        // One hour of clock: the picture stands still at the moment at which the frame came. Follower-2 is of this machine.
        var frame = TrafficFrames.Next(book, () => new Dictionary<string, double> { [NodeRoles.Leader] = 0, ["follower-1"] = 60_000, ["follower-2"] = 0 }, new TrafficCursor(), 301_000_000_000);
        await page.Page.EvaluateAsync("bytes => { const m = document.querySelector('[data-testid=map-stage]').kvlabMap; return m.feed(false).then(() => m.push(Uint8Array.from(atob(bytes), c => c.charCodeAt(0)))); }",
            Convert.ToBase64String(frame!));
        var dots = await page.Page.EvaluateAsync<JsonElement>("""
            () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(document.querySelector('[data-testid=map-stage]').kvlabMap.dots().dots.map(d => [d.to, d.blur])))))
            """);
        Assert.Equal([("follower-1", 0.1), ("follower-2", 0.0)], dots.EnumerateArray().Select(d => (d[0].GetString()!, Math.Round(d[1].GetDouble(), 3))));
        await page.ScreenshotAsync("map-two-clocks");
    }

    [Fact]
    public async Task Under_loss_copies_a_cut_and_a_frozen_node_nothing_is_drawn_that_was_not_told()
    {
        await using var page = await OpenAsync(settings: new() { WriteQuorum = 1, MinDelayMs = 200, MaxDelayMs = 600, ReplicationTimeoutMs = 1000 });
        await lab.Commands.SetLinkAsync("follower-1", new LinkFaults { Request = new DirectionFaults { LossPercent = 60 } }, Cancellation);
        await lab.Commands.SetLinkAsync("follower-2", new LinkFaults { Request = new DirectionFaults { DuplicatePercent = 100 } }, Cancellation);
        await lab.Commands.PartitionAsync(["follower-5"], Cancellation);
        await lab.Commands.FreezeNodeAsync("follower-3", Cancellation);
        await MustBeTrueAsync(page, async () =>
        {
            for (var i = 1; i <= 6; i++) await lab.Commands.WriteAsync($"k{i % 2}", Core.Storage.JsonText.Of("x"), Cancellation);
            await page.ScreenshotAsync("map-faults");
            await lab.Commands.ThawNodeAsync("follower-3", Cancellation);
            await lab.Commands.HealAsync(null, Cancellation);
        });
    }

    [Fact]
    public async Task Over_a_failover_messages_of_the_old_leader_and_of_the_new_one_are_drawn_as_they_were()
    {
        await using var page = await OpenAsync(settings: new() { WriteQuorum = 1, MinDelayMs = 200, MaxDelayMs = 900 });
        await MustBeTrueAsync(page, async () =>
        {
            await lab.Commands.WriteAsync("k", Core.Storage.JsonText.Of("old"), Cancellation);
            await lab.Commands.KillNodeAsync(NodeRoles.Leader, Cancellation);
            using var http = new HttpClient();
            using var promoted = await http.PostAsJsonAsync($"{lab.Url}/api/cluster/failover", new { to = "follower-1", force = true }, Cancellation);
            promoted.EnsureSuccessStatusCode();
            await LabInBrowser.UntilAsync(() => lab.State.Current.Leader is { Id: "follower-1" }, "another leader");
            await lab.Commands.WriteAsync("k", Core.Storage.JsonText.Of("new"), Cancellation);
            await page.ScreenshotAsync("map-failover");
            await lab.Commands.StartNodeAsync(NodeRoles.Leader, Cancellation);
        });
        Assert.Contains((await MessagesAsync()).Values, m => m is { Kind: MessageKind.Request, From: "follower-1" });
    }

    [Fact]
    public async Task Slow_motion_falls_behind_says_so_steps_and_comes_back()
    {
        await using var page = await OpenAsync(settings: Slow);
        await page.ChooseAsync("map-speed", "1/20");
        await lab.Commands.WriteAsync("k", Core.Storage.JsonText.Of("x"), Cancellation);
        await page.Expect("map-note").ToContainTextAsync("s behind");
        var before = (await LookAsync(page)).T;
        await page.ClickAsync("map-pause");
        await page.Expect("map-note").ToContainTextAsync("paused");
        var held = (await LookAsync(page)).T;
        // All that it did is told by then, and the picture still stands at its beginning.
        await lab.QuietAsync();
        await Task.Delay(200, Cancellation);
        await page.ClickAsync("map-step");
        await page.Page.WaitForFunctionAsync("held => document.querySelector('[data-testid=map-stage]').kvlabMap.dots().t > held", held);
        Assert.True(held >= before, $"{before} {held}");
        await page.ClickAsync("map-now");
        await page.Expect("map-note").ToBeEmptyAsync();
        Assert.InRange((await LookAsync(page)).BehindMs, 200, 60_000);
    }

    [Fact]
    public async Task A_message_that_is_pressed_is_selected_everywhere()
    {
        await using var page = await OpenAsync(settings: new() { WriteQuorum = 1, MinDelayMs = 3000, MaxDelayMs = 3000 });
        var write = lab.Commands.WriteAsync("pressed", Core.Storage.JsonText.Of("x"), Cancellation);
        // Calls that prepared the lab may still be drawn.
        async Task<Dot[]> RequestsAsync() => [.. (await LookAsync(page)).Dots.Where(d => d.Kind == "request")];
        for (var i = 0; i < 200 && await RequestsAsync() is []; i++) await Task.Delay(20, Cancellation);
        await page.ClickAsync("map-pause");
        var dots = await RequestsAsync();
        await page.At("map-canvas").ClickAsync(new() { Position = new Position { X = (float)dots[0].X, Y = (float)dots[0].Y }, Force = true });
        await page.Expect("write-detail").ToContainTextAsync("pressed");
        await write;
    }

    [Fact]
    public async Task A_node_and_a_link_are_broken_and_mended_where_they_stand()
    {
        await using var page = await OpenAsync();
        await page.At("map-node-follower-2").GetByRole(AriaRole.Button).ClickAsync();
        await page.ClickAsync("map-freeze-follower-2");
        await LabInBrowser.UntilAsync(() => lab.State.Current.Nodes.Any(n => n is { Id: "follower-2", State: NodeState.Frozen }), "a frozen node");
        await page.At("map-node-follower-2").GetByRole(AriaRole.Button).ClickAsync();
        await page.ClickAsync("map-thaw-follower-2");

        await page.At("map-link-follower-4").GetByRole(AriaRole.Button).ClickAsync();
        await page.ClickAsync("map-link-follower-4-cut");
        await LabInBrowser.UntilAsync(() => lab.State.Current.Links.Any(l => l is { Follower: "follower-4", Faults.Mode: LinkMode.Swallow }), "a cut link");
        await page.At("map-link-follower-4").GetByRole(AriaRole.Button).ClickAsync();
        await page.ClickAsync("map-heal-follower-4");
        await LabInBrowser.UntilAsync(() => lab.State.Current.Links.All(l => l.Faults.IsNone), "healed links");
    }

    [Theory]
    [InlineData("follower-3", "map-kill-follower-3")]
    [InlineData(null, "map-heal-follower-3")]
    public async Task A_right_click_on_the_picture_opens_the_menu_of_what_is_there(string? node, string item)
    {
        await using var page = await OpenAsync();
        var box = (await page.At("map-canvas").BoundingBoxAsync())!;
        // The third of five followers stands to the right of the leader; a third of the way there is its link.
        var (x, y) = node is null ? (0.57 + 0.35 / 3, 0.47) : (0.92, 0.47);
        await page.At("map-canvas").ClickAsync(new() { Button = MouseButton.Right, Position = new Position { X = (float)(x * box.Width), Y = (float)(y * box.Height) } });
        await page.Expect(item).ToBeVisibleAsync();
        await page.Page.Keyboard.PressAsync("Escape");
    }

    [Fact]
    public async Task A_long_press_on_a_touch_screen_opens_it_too_and_lifting_the_finger_presses_nothing()
    {
        await using var page = await OpenAsync(width: 820, height: 1180);
        var box = (await page.At("map-canvas").BoundingBoxAsync())!;
        var touch = await page.Page.Context.NewCDPSessionAsync(page.Page);
        await touch.SendAsync("Emulation.setTouchEmulationEnabled", new() { ["enabled"] = true });
        await touch.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = "touchStart", ["touchPoints"] = new[] { new { x = box.X + 0.92 * box.Width, y = box.Y + 0.47 * box.Height } } });
        await page.Expect("map-kill-follower-3").ToBeVisibleAsync();
        await touch.SendAsync("Input.dispatchTouchEvent", new() { ["type"] = "touchEnd", ["touchPoints"] = Array.Empty<object>() });
        // A browser that was busy makes a click of it.
        await page.At("map-kill-follower-3").EvaluateAsync("e => e.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1 }))");
        await page.Expect("map-kill-follower-3").ToBeVisibleAsync();
        Assert.DoesNotContain(lab.State.Current.Nodes, n => n.State.IsDown());

        await page.ClickAsync("map-kill-follower-3");
        await LabInBrowser.UntilAsync(() => lab.State.Current.Nodes.Single(n => n.Id == "follower-3").State.IsDown(), "a killed node");
        Assert.Single(lab.State.Current.Nodes, n => n.State.IsDown());
    }

    [Theory]
    [InlineData("map-png", 0x89, (byte)'P')]
    [InlineData("map-svg", (byte)'<', (byte)'s')]
    public async Task The_picture_can_be_taken_home(string button, byte first, byte second)
    {
        await using var page = await OpenAsync();
        var file = await page.DownloadAsync(button);
        Assert.Equal((first, second), (file[0], file[1]));
        Assert.True(file.Length > 1000);
    }
}
