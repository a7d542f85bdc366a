using KvLab.Core.Simulation;
using KvLab.Web.Failover;
using KvLab.Web.Timing;
using Xunit;

namespace KvLab.Tests.Failover;

[Trait("Category", "Unit")]
public sealed class LeaderWatchTests
{
    private readonly VirtualTime _time = new(new Random(1));
    private readonly LeaderWatch _watch;

    public LeaderWatchTests()
    {
        _watch = new LeaderWatch(_time);
        _watch.Watch("leader");
    }

    private void Pass(TimeSpan time) => _time.MoveTo(_time.Now + time);

    private void Beats(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Pass(AwakeDeadline.Beat);
            _watch.Beat();
        }
    }

    [Fact]
    public void Silence_is_what_was_observed_beat_by_beat()
    {
        Beats(8);
        Assert.Equal(8 * AwakeDeadline.Beat, _watch.Silent);
        _watch.Heard();
        Beats(1);
        Assert.Equal(AwakeDeadline.Beat, _watch.Silent);
    }

    [Theory]
    [InlineData(501)]
    [InlineData(8_000)]
    [InlineData(3_600_000)]
    public void A_watcher_that_was_away_itself_counts_anew(int pauseMs)
    {
        Beats(7);
        Pass(TimeSpan.FromMilliseconds(pauseMs));
        _watch.Beat();
        Assert.Equal(TimeSpan.Zero, _watch.Silent);
        Beats(3);
        Assert.Equal(3 * AwakeDeadline.Beat, _watch.Silent);
    }

    [Fact]
    public void A_busy_machine_that_delays_every_beat_a_little_does_not_hide_a_dead_leader()
    {
        for (var i = 0; i < 10; i++)
        {
            Pass(AwakeDeadline.Beat + AwakeDeadline.Late);
            _watch.Beat();
        }

        Assert.Equal(10 * (AwakeDeadline.Beat + AwakeDeadline.Late), _watch.Silent);
    }

    [Fact]
    public void Another_leader_has_the_whole_time_too()
    {
        Beats(8);
        _watch.Watch("follower-1");
        Assert.Equal(TimeSpan.Zero, _watch.Silent);
        Beats(2);
        _watch.Forget();
        _watch.Watch("follower-1");
        Assert.Equal(TimeSpan.Zero, _watch.Silent);
    }

    [Fact]
    public Task The_watch_goes_on_while_an_answer_is_awaited_and_a_pause_in_the_middle_of_it_counts_for_nothing() => Task.Run(async () =>
    {
        // In the pool what waits for a timer goes on where that is fired, so that nothing is left to wait for.
        var answer = new TaskCompletionSource<bool>();
        var listening = _watch.ListenAsync(answer.Task, TestContext.Current.CancellationToken);
        Step(AwakeDeadline.Beat);
        Step(AwakeDeadline.Beat);
        Assert.Equal(2 * AwakeDeadline.Beat, _watch.Silent);
        Step(TimeSpan.FromSeconds(8));
        answer.SetResult(false);
        Assert.False(await listening);
        Assert.Equal(TimeSpan.Zero, _watch.Silent);
    }, TestContext.Current.CancellationToken);

    [Fact]
    public async Task An_answer_ends_the_silence()
    {
        Beats(5);
        Assert.True(await _watch.ListenAsync(Task.FromResult(true), TestContext.Current.CancellationToken));
        Assert.Equal(TimeSpan.Zero, _watch.Silent);
    }

    private void Step(TimeSpan step)
    {
        Pass(step);
        while (_time.FireOne())
        {
        }
    }
}
