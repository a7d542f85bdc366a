using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Web.Hosting;
using KvLab.Web.Leases;
using KvLab.Web.Live;
using KvLab.Web.Problems;
using KvLab.Web.Commands;
using KvLab.Web.Failover;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>
/// One real lab (dashboard and six node processes) and one Chromium for all browser tests. Each test has a page of its own in one profile, and finds
/// nothing stored there. A small page of the lab stays open beside it, so that Chromium keeps the process in which scripts and styles are
/// compiled already: opening a page takes a third of the time that it takes in a profile of its own.
/// </summary>
public sealed class LabInBrowser : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private readonly string _data = Directory.CreateTempSubdirectory("kvlab-browser-").FullName;
    private IPlaywright? _playwright;
    private WebHost? _host;
    private IPage? _keeper;

    /// <summary>The profile that the tests share; whoever must be somebody else has a context of <see cref="Browser"/>.</summary>
    public IBrowserContext Profile { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;
    public string Url => _host!.Url;
    public IClusterState State => _host!.Services.GetRequiredService<IClusterState>();
    public IClusterCommands Commands => _host!.Services.GetRequiredService<IClusterCommands>();

    public IFailover Failover => _host!.Services.GetRequiredService<IFailover>();

    /// <summary>Has the cluster until it is disposed.</summary>
    public IDisposable Hold(string kind, string holder) => _host!.Services.GetRequiredService<ExclusiveLease>().Take(kind, holder, static () => { });

    /// <summary>Where pictures are left for people: <c>artifacts/screenshots</c> in the repository.</summary>
    public static string Screenshots { get; } = Directory.CreateDirectory(Path.Combine(RepositoryRoot(), "artifacts", "screenshots")).FullName;

    private static bool Missing => !File.Exists(Chromium);

    public async ValueTask InitializeAsync()
    {
        if (Missing) return;
        Assertions.SetDefaultExpectTimeout((float)LabPage.Patience.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        });
        _host = WebHost.Create(["--urls", "http://127.0.0.1:0", "--Cluster:BasePort=0", $"--KVLAB_DATA={_data}"]);
        await _host.StartAsync();
        await UntilAsync(() => State.Current is { Settings: not null, Nodes.Length: 6 } now && now.Nodes.All(n => n.State == NodeState.Running), "six running nodes");
        Profile = await Browser.NewContextAsync();
        Profile.SetDefaultTimeout((float)LabPage.Patience.TotalMilliseconds);
        _keeper = await Profile.NewPageAsync();
        await _keeper.GotoAsync($"{Url}/health");
    }

    /// <summary>Skips a test where there is no browser, except on CI: there it fails.</summary>
    public static void RequireBrowser()
    {
        if (!Missing) return;
        Assert.True(Environment.GetEnvironmentVariable("CI") is not "true", $"{Chromium} is missing on CI.");
        Assert.Skip($"{Chromium} is missing; install it (apt-get install chromium) to run the browser tests.");
    }

    /// <summary>An empty, quiet lab of six running nodes with quick delays; then a page on it.</summary>
    public async Task<LabPage> OpenAsync(string query = "", int width = 1366, int height = 768, ColorScheme scheme = ColorScheme.Light, LiveSettingsPatch? settings = null, ReducedMotion motion = ReducedMotion.Reduce)
    {
        RequireBrowser();
        // One test that failed in the middle of a run must not fail all that come after it.
        if (_host!.Services.GetRequiredService<ExclusiveLease>() is { Current: not null } left) await left.TakeOverAsync();
        foreach (var node in State.Current.Nodes.Where(n => n.State.IsDown())) await Commands.StartNodeAsync(node.Id);
        foreach (var node in State.Current.Nodes.Where(n => n.State == NodeState.Frozen)) await Commands.ThawNodeAsync(node.Id);
        await UntilAsync(() => State.Current.Nodes.All(n => n.State == NodeState.Running), "all nodes running");
        await Commands.HealAsync();
        // Tests name nodes: whatever one left behind, the next finds the leader where it expects it.
        if (State.Current.Leader is not { Id: NodeRoles.Leader }) await PromoteAsync(NodeRoles.Leader);
        await UntilAsync(() => State.Current.Leader is { Id: NodeRoles.Leader }, "the leader");
        await Commands.ChangeSettingsAsync(LiveSettingsPatch.Of(new LiveSettings { MinDelayMs = 1, MaxDelayMs = 60, Distribution = DelayDistribution.Uniform }));
        await QuietAsync();
        await EmptyAsync();
        if (settings is not null) await Commands.ChangeSettingsAsync(settings);
        await Profile.ClearCookiesAsync();
        await _keeper!.EvaluateAsync("() => localStorage.clear()");
        return await LabPage.OpenAsync(Profile, Url + query, width, height, scheme, motion);
    }

    private async Task PromoteAsync(string node)
    {
        try
        {
            await _host!.Services.GetRequiredService<IFailover>().FailOverAsync(node);
        }
        catch (CommandException early) when (early.Status == StatusCodes.Status409Conflict && early.Message.Contains("leads already", StringComparison.Ordinal))
        {
            // The node knows it before the page does.
        }
    }

    /// <summary>Emptied again where a message that had left before the reset arrived after it, as one may (<see cref="Core.Replication.Leader.ClearAsync"/>).</summary>
    private async Task EmptyAsync()
    {
        for (var tries = 0; tries == 0 || (tries < 3 && !State.Current.Keys.IsEmpty); tries++)
        {
            await Commands.ResetAsync();
            for (var waited = 0; waited < 100 && !State.Current.Keys.IsEmpty; waited++) await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        await UntilAsync(() => State.Current.Keys.IsEmpty, "an empty lab");
    }

    /// <summary>Waits until all writes are delivered, and says what is not where it waited in vain.</summary>
    public Task QuietAsync() => UntilAsync(() => State.Current.Quiescent, "quiescence", () =>
    {
        var now = State.Current;
        var open = now.Writes.Where(w => w.Status is null || w.Deliveries.Any(d => d.Outcome is DeliveryOutcome.Pending or DeliveryOutcome.Failed))
            .Select(w => $"{w.Version} of {w.Key} {w.Status}: {string.Join(", ", w.Deliveries.Select(d => $"{d.Follower} {d.Outcome} {d.Attempts} {d.Reason}"))}");
        return $"In flight {now.Kpis.InFlight}, pending {now.Kpis.PendingDeliveries}, nobody leads: {now.NobodyLeads}, starts: {now.LeaderStarts}, waits for: {now.Waiting}; "
            + $"{string.Join(", ", now.Nodes.Select(n => $"{n.Id} {n.State}"))}; {string.Join("; ", open)}";
    });

    /// <summary>The one way and the one timeout of waiting for the cluster.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what, Func<string>? found = null)
    {
        var deadline = Environment.TickCount64 + (long)LabPage.Patience.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"There was no sign of {what} within {LabPage.Patience.TotalSeconds:0} s. {found?.Invoke()}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "KvLab.sln"))) folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null) await Browser.DisposeAsync();
        _playwright?.Dispose();
        if (_host is not null)
        {
            await _host.StopAsync();
            await _host.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }
}

[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<LabInBrowser>
{
    public const string Name = "Browser";
}

/// <summary>A browser and a lab of their own for those who do what a text says: they wait for delays most of the time, while other pages are looked at.</summary>
[CollectionDefinition(Name)]
public sealed class GuideReaders : ICollectionFixture<LabInBrowser>
{
    public const string Name = "Browser of readers";
}
