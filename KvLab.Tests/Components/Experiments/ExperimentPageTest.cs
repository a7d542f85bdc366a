using System.Diagnostics;
using AngleSharp.Dom;
using Bunit;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Tests.Experiments;
using KvLab.Tests.Infrastructure;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Web.Commands;
using KvLab.Web.Components;
using KvLab.Web.Components.Shell;
using KvLab.Web.Experiments;
using KvLab.Web.Live;
using KvLab.Web.Pictures;
using KvLab.Web.Replays;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components.Experiments;

/// <summary>
/// Renders the experiment pages in their frame over a store of their own. Runs are real ones, measured in virtual time.
/// </summary>
public abstract class ExperimentPageTest : BunitContext, IAsyncLifetime
{
    /// <summary>The one timeout; only a failing test ever waits that long.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(15);

    private static readonly ExperimentPlan Small = new() { Name = "Small", Writes = 60, Keys = 5, Concurrency = 5, MaxDelayMs = 100, Quorums = [1, 3, 5], WarmUpWrites = 0 };
    private static readonly Lazy<ExperimentRun> CleanRun = new(() => WorldExperiment.Run(Small) with { Id = "clean" });
    private static readonly Lazy<ExperimentRun> SaturatedRun = new(() => WorldExperiment.Run(
        Small with { Name = "Too much", Concurrency = 20, MinDelayMs = 0.1, MaxDelayMs = 1 }, new Machine { OverheadMs = 0.2, ServiceMs = 1 }) with
    { Id = "saturated" });
    private static readonly Lazy<ExperimentRun> NaiveRun = new(() => WorldExperiment.Run(
        Small with { Name = "Both modes", Sweep = new Sweep(SweepAxis.Versioning, ["versioned", "naive"]) }) with
    { Id = "naive" });

    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-pages-").FullName;

    protected ExperimentPageTest()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        JSInterop.SetupModule(_ => true).Mode = JSRuntimeMode.Loose;
        Page = JSInterop.SetupModule("./js/experiments.js");
        Page.Mode = JSRuntimeMode.Loose;
        Store = new RunStore(_folder);
        Pictures = new PictureStore(_folder, TimeProvider.System);
        Experiments = Cluster.Experiments(Store, TimeProvider.System);
        var live = new FakeCluster(new ClusterStory { Writes = 0, Keys = 1 }.Tell());
        Services.AddKvLabPage();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IClusterState>(live);
        Services.AddSingleton<IClusterCommands>(live);
        Services.AddSingleton(Experiments);
        Services.AddSingleton(Pictures);
        Services.AddSingleton<IRecordedStreams>(new FakeRecordings());
    }

    internal HeldCluster Cluster { get; } = new();
    protected RunStore Store { get; }
    protected PictureStore Pictures { get; }
    protected ExperimentService Experiments { get; }

    /// <summary>The pages' own script.</summary>
    protected BunitJSModuleInterop Page { get; }

    protected static ExperimentRun Clean => CleanRun.Value;
    protected static ExperimentRun Saturated => SaturatedRun.Value;
    protected static ExperimentRun Naive => NaiveRun.Value;

    /// <summary>What the page last put away for the next visit. It goes past Blazor's renders, so it is waited for.</summary>
    protected async Task<JSRuntimeInvocation> KeptAsync()
    {
        await Patience.UntilAsync(() => Page.Invocations["save"].Count > 0, "the page keeps what was typed");
        return Page.Invocations["save"][^1];
    }

    protected string Address => Services.GetRequiredService<NavigationManager>().Uri;

    /// <summary>Stores runs, the first as the newest.</summary>
    protected void Stored(params ExperimentRun[] runs)
    {
        foreach (var (run, age) in runs.Select((r, i) => (r, i)))
            Store.Save(run with { StartedAt = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddHours(-age) });
    }

    protected Shown Show<TPage>(string address, Action<ComponentParameterCollectionBuilder<TPage>>? parameters = null) where TPage : IComponent
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        var cut = Render<LiveScope>(scope => scope.AddChildContent(parameters ?? (_ => { })));
        var shown = new Shown(cut);
        shown.Until(() => cut.FindAll("[data-loaded=true]").Count > 0 || shown.Has("report-missing"));
        return shown;
    }

    ValueTask IAsyncLifetime.InitializeAsync() => ValueTask.CompletedTask;

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        await Experiments.DisposeAsync();
        Store.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>What is rendered, by test ids, looked up anew each time.</summary>
    protected sealed class Shown(IRenderedComponent<LiveScope> cut)
    {
        public IElement At(string testId) => cut.Find($"[data-testid='{testId}']");
        public IReadOnlyList<IElement> All(string selector) => cut.FindAll(selector);
        public bool Has(string testId) => cut.FindAll($"[data-testid='{testId}']").Count > 0;

        /// <summary>The text as a reader sees it: white space folded.</summary>
        public string Text(string testId) => Fold(At(testId).TextContent);
        public static string Fold(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

        /// <summary>Looks again and again, not only after renders: a run's state may change between the last render and the first look.</summary>
        public void Until(Func<bool> condition)
        {
            var start = Stopwatch.GetTimestamp();
            while (!cut.InvokeAsync(condition).GetAwaiter().GetResult())
            {
                Assert.True(Stopwatch.GetElapsedTime(start) < Longest, $"Within {Longest.TotalSeconds:0} s the page did not come to show it:\n{cut.Markup}");
                Thread.Sleep(Look);
            }
        }

        /// <summary>Chooses by name in a drop-down.</summary>
        public void Choose(string testId, string name) => cut.Choose(testId, name);
        public void UntilThere(string testId) => Until(() => Has(testId));
        public IRenderedComponent<TChild> Find<TChild>() where TChild : IComponent => cut.FindComponent<TChild>();
    }
}
