using KvLab.Web.Leases;
using KvLab.Web.Problems;
using KvLab.Web.Runs;
using Xunit;

namespace KvLab.Tests.Runs;

[Trait("Category", "Unit")]
public sealed class RunRegistryTests : IAsyncDisposable
{
    private readonly ExclusiveLease _lease = new();
    private readonly RunRegistry _runs;
    private readonly RunBook<string> _bursts;
    private readonly RunBook<string> _stories;
    private readonly RunBook<string> _experiments;
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RunRegistryTests()
    {
        _runs = new RunRegistry(_lease, TimeProvider.System);
        (_bursts, _stories, _experiments) = (new(_runs, RunSort.Burst), new(_runs, RunSort.Scenario), new(_runs, RunSort.Experiment));
    }

    [Fact]
    public async Task Runs_of_every_kind_are_in_one_list_the_newest_first()
    {
        _bursts.Start(new RunName(), t => t.Id, _ => Task.FromResult("done"));
        await _bursts.WhenDoneAsync("burst-1");
        _stories.Start(new RunName("Scenario freeze", "freeze"), t => t.Id, _ => _end.Task);

        var lines = _runs.All;
        Assert.Equal([("freeze-1", "scenario", "Scenario freeze", true), ("burst-1", "burst", "Burst burst-1", false)], lines.Select(l => (l.Id, l.Kind, l.What, l.Running)));
        Assert.Null(lines[0].EndedAt);
        Assert.True(lines[1].EndedAt >= lines[1].StartedAt);
        Assert.Equal("done", _bursts.Get("burst-1"));
    }

    [Fact]
    public void A_fifth_burst_is_refused_and_takes_no_number()
    {
        for (var i = 1; i <= 4; i++) Assert.Equal($"burst-{i}", _bursts.Start(new RunName(), t => t.Id, _ => _end.Task));
        var refused = Assert.Throws<CommandException>(() => _bursts.Start(new RunName(), t => t.Id, _ => _end.Task));
        Assert.Equal((409, "4 bursts are running already, which is the most at a time. Wait for one or cancel one."), (refused.Status, refused.Message));
        Assert.Equal(4, _runs.All.Count);

        Assert.True(_bursts.TryCancel("burst-1"));
        _end.SetResult("");
        Assert.True(SpinWait.SpinUntil(() => _bursts.Running is null, TimeSpan.FromSeconds(20)));
        Assert.Equal("burst-5", _bursts.Start(new RunName(), t => t.Id, _ => Task.FromResult("")));
    }

    [Fact]
    public async Task What_needs_the_cluster_for_itself_waits_for_bursts_and_they_for_it()
    {
        _bursts.Start(new RunName(), t => t.Id, _ => _end.Task);
        var early = Assert.Throws<CommandException>(() => _stories.Start(new RunName("Scenario freeze", "freeze"), t => t.Id, _ => Task.FromResult("")));
        Assert.StartsWith("Burst burst-1 is running", early.Message, StringComparison.Ordinal);
        _end.SetResult("");
        await _bursts.WhenDoneAsync("burst-1");

        // Whoever waits for the end of a burst may begin at once.
        var held = new TaskCompletionSource<string>();
        _stories.Start(new RunName("Scenario freeze", "freeze"), t => t.Id, _ => held.Task);
        Assert.Contains("Scenario freeze has the cluster", Assert.Throws<CommandException>(() => _bursts.Start(new RunName(), t => t.Id, _ => Task.FromResult(""))).Message, StringComparison.Ordinal);
        held.SetResult("");
        await _stories.WhenDoneAsync("freeze-1");
        Assert.Null(_lease.Current);
    }

    [Fact]
    public async Task A_run_that_fails_gives_the_cluster_back_and_whoever_waits_hears_why()
    {
        _stories.Start(new RunName("Scenario freeze", "freeze"), t => t.Id, _ => throw new TimeoutException("It took too long."));
        Assert.Equal("It took too long.", (await Assert.ThrowsAsync<TimeoutException>(() => _stories.WhenDoneAsync("freeze-1"))).Message);
        Assert.Null(_lease.Current);
        Assert.Equal("freeze-1", _stories.Get("freeze-1"));
    }

    [Fact]
    public async Task The_oldest_that_is_over_is_forgotten_and_said_to_be()
    {
        for (var i = 0; i <= RunSort.Burst.Remembered; i++)
        {
            var id = _bursts.Start(new RunName(), t => t.Id, _ => Task.FromResult(""));
            await _bursts.WhenDoneAsync(id);
        }

        Assert.Equal(RunSort.Burst.Remembered, _runs.All.Count);
        Assert.Equal("There is no run burst-1; only the latest 20 are kept.", Assert.Throws<CommandException>(() => _bursts.Get("burst-1")).Message);
    }

    [Fact]
    public async Task What_has_a_store_of_its_own_keeps_its_line_here_and_no_state()
    {
        _experiments.Start(new RunName("Experiment x", Id: "x"), t => t.Id, t =>
        {
            t.Tell("half");
            return _end.Task;
        });
        Assert.True(SpinWait.SpinUntil(() => _experiments.Find("x") == "half", TimeSpan.FromSeconds(20)));
        _end.SetResult("done");
        Assert.Equal("done", await _experiments.WhenDoneAsync("x"));
        Assert.Null(_experiments.Find("x"));
        Assert.Equal(("x", false), (_runs.All[0].Id, _runs.All[0].Running));
    }

    [Fact]
    public async Task All_that_run_are_cancelled_at_the_end_and_waited_for()
    {
        var put = 0;
        _bursts.Start(new RunName(), t => t.Id, WaitAsync);
        _bursts.Start(new RunName(), t => t.Id, WaitAsync);
        await _runs.DisposeAsync();
        Assert.Equal(2, put);
        Assert.DoesNotContain(_runs.All, l => l.Running);

        async Task<string> WaitAsync(RunTurn<string> turn)
        {
            await Task.Delay(Timeout.Infinite, turn.Cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
            Interlocked.Increment(ref put);
            return "";
        }
    }

    public ValueTask DisposeAsync() => _runs.DisposeAsync();
}
