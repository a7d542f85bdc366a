using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Web.Components.Panels.Experiments;
using KvLab.Web.Experiments;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Components.Experiments;

[Trait("Category", "Unit")]
public sealed class RunFeedTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-feed-").FullName;
    private readonly FakeTimeProvider _clock = new();
    private readonly List<IReadOnlyList<RunNews>> _shown = [];
    private readonly RunStore _store;
    private readonly ExperimentService _experiments;
    private readonly RunFeed _feed;

    public RunFeedTests()
    {
        _store = new RunStore(_folder);
        _experiments = new HeldCluster().Experiments(_store, _clock);
        _feed = new RunFeed(_experiments, _clock, news =>
        {
            _shown.Add(news);
            return Task.CompletedTask;
        });
        _store.Save(new ExperimentRun { Id = "a", Plan = Presets.Current, Environment = new("", ""), StartedAt = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), Followers = [], State = RunState.Done });
    }

    [Fact]
    public void Many_changes_are_shown_four_times_a_second_at_most_and_the_last_one_always()
    {
        foreach (var i in Enumerable.Range(1, 100))
        {
            _experiments.Rename("a", $"name {i}");
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        _clock.Advance(RunFeed.Rest);
        Assert.InRange(_shown.Count, 4, 6);
        Assert.Equal("name 100", Assert.Single(_shown[^1]).Run!.Plan.Name);
    }

    [Fact]
    public void A_deleted_run_is_told_to_open_pages()
    {
        _experiments.Delete("a");
        _clock.Advance(RunFeed.Rest);
        Assert.Equal(new RunNews("a", null), Assert.Single(Assert.Single(_shown)));
    }

    [Fact]
    public void Nothing_is_shown_after_the_page_is_gone()
    {
        _feed.Dispose();
        _experiments.Rename("a", "other");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(_shown);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _feed.Dispose();
        await _experiments.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
