using Bunit;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Pictures;
using KvLab.Web.Commands;
using KvLab.Web.Components;
using KvLab.Web.Components.Shell;
using KvLab.Web.Components.View;
using KvLab.Web.Drills;
using KvLab.Web.Failover;
using KvLab.Web.Live;
using KvLab.Web.Replays;
using KvLab.Web.Reads;
using KvLab.Web.Options;
using KvLab.Web.Resets;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace KvLab.Tests.Infrastructure;

/// <summary>
/// Renders parts of the page inside their frame over a <see cref="FakeCluster"/>, with a clock that only the test moves. Elements are
/// looked up by their <c>data-testid</c>, anew each time.
/// </summary>
public abstract class PageTest : BunitContext
{
    protected PageTest()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        JSInterop.SetupModule("./js/kvlab.js").Mode = JSRuntimeMode.Loose;
        JSInterop.SetupModule(_ => true).Mode = JSRuntimeMode.Loose;
        Services.AddKvLabPage();
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddSingleton<IClusterState>(Cluster);
        Services.AddSingleton<IClusterCommands>(Cluster);
        Services.AddSingleton<ILabDefaults>(Cluster);
        Services.AddSingleton<ITrafficLookup>(Cluster);
        Services.AddSingleton<ITimelineSource>(Timeline);
        Services.AddSingleton<IRecordedStreams>(Recordings);
        Services.AddSingleton<IReads>(Cluster);
        Services.AddSingleton(new ReadBook());
        Services.AddSingleton(StorageServers.None);
        Services.AddSingleton(new PictureStore("", Clock));
        Services.AddSingleton<IFailover>(Failover);
        Services.AddSingleton<IDrills>(Failover);
    }

    protected FakeCluster Cluster { get; } = new();
    protected FakeFailover Failover { get; } = new();

    /// <summary>No message was ever told of, unless a test tells it.</summary>
    protected FakeTimeline Timeline { get; } = new();

    /// <summary>There is none, unless a test adds it.</summary>
    protected FakeRecordings Recordings { get; } = new();
    protected FakeTimeProvider Clock { get; } = new();
    protected ViewStore Views => Services.GetRequiredService<ViewStore>();
    protected Web.Components.Scripts.Browser Browser => Services.GetRequiredService<Web.Components.Scripts.Browser>();

    protected static ClusterSnapshot Idle { get; } = new ClusterStory { Writes = 0, Keys = 1 }.Tell();
    protected static ClusterSnapshot Busy { get; } = new ClusterStory { Writes = 30, Keys = 6, CutAfterMs = 200 }.Tell();
    protected static ClusterSnapshot Calm { get; } = new ClusterStory { Writes = 30, Keys = 6 }.Tell();

    /// <summary>Renders a component in the frame that every page has.</summary>
    protected Page Show<TComponent>(ClusterSnapshot? snapshot = null) where TComponent : IComponent
    {
        if (snapshot is not null) Cluster.Publish(snapshot);
        return Show(content =>
        {
            content.OpenComponent<TComponent>(0);
            content.CloseComponent();
        });
    }

    protected Page Show(RenderFragment content)
    {
        var cut = Render<LiveScope>(scope => scope.AddChildContent(content));
        cut.WaitForState(() => cut.Find("[data-testid=root]").GetAttribute("data-ready") == "true", Patience);
        return new Page(cut);
    }

    /// <summary>The one timeout of all component tests; only a failing test ever waits that long.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    protected void Publish(ClusterSnapshot snapshot) => Cluster.Publish(snapshot);

    /// <summary>What is rendered, by test ids.</summary>
    protected sealed class Page(IRenderedComponent<LiveScope> cut)
    {
        public IRenderedComponent<LiveScope> Cut => cut;
        public AngleSharp.Dom.IElement At(string testId) => cut.Find($"[data-testid='{testId}']");
        public IReadOnlyList<AngleSharp.Dom.IElement> All(string selector) => cut.FindAll(selector);
        public bool Has(string testId) => cut.FindAll($"[data-testid='{testId}']").Count > 0;

        /// <summary>The text as a reader sees it: white space folded.</summary>
        public string Text(string testId) => string.Join(' ', At(testId).TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

        /// <summary>Chooses by name in a drop-down.</summary>
        public void Choose(string testId, string name) => cut.Choose(testId, name);

        /// <summary>What a drop-down offers.</summary>
        public IReadOnlyList<string> Names(string testId) => cut.Names(testId);

        public void Until(Func<bool> condition) => cut.WaitForState(condition, Patience);
        public Task On(Action action) => cut.InvokeAsync(action);
    }
}
