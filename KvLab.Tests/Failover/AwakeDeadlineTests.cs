using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Simulation;
using KvLab.Web.Live;
using KvLab.Web.Timing;
using Xunit;

namespace KvLab.Tests.Failover;

[Trait("Category", "Unit")]
public sealed class AwakeDeadlineTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly VirtualTime _time = new(new Random(1));

    /// <summary>Time passes as it does for a process that runs: every timer fires when it is due.</summary>
    private void Run(TimeSpan forSoLong)
    {
        var end = _time.Now + forSoLong;
        while (_time.NextDue is { } due && due <= end)
        {
            _time.MoveTo(due);
            _time.FireOne();
        }

        _time.MoveTo(end);
    }

    /// <summary>The process stands still: afterwards all that was due is due at once.</summary>
    private void StandStill(TimeSpan forSoLong)
    {
        _time.MoveTo(_time.Now + forSoLong);
        while (_time.FireOne())
        {
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(250)]
    [InlineData(1_100)]
    public void It_is_over_after_its_time_and_not_before(int patienceMs)
    {
        var patience = TimeSpan.FromMilliseconds(patienceMs);
        using var deadline = new AwakeDeadline(patience, _time);
        Run(patience - TimeSpan.FromMilliseconds(1));
        Assert.False(deadline.IsOver);
        Run(TimeSpan.FromMilliseconds(1));
        Assert.True(deadline.IsOver);
    }

    [Fact]
    public void A_pause_of_the_process_gives_the_whole_time_anew()
    {
        using var deadline = new AwakeDeadline(Second, _time);
        Run(0.9 * Second);
        StandStill(8 * Second);
        Assert.False(deadline.IsOver);
        Run(0.9 * Second);
        Assert.False(deadline.IsOver);
        Run(0.1 * Second);
        Assert.True(deadline.IsOver);
    }

    [Fact]
    public void Whoever_waits_may_give_up_before()
    {
        using var giveUp = new CancellationTokenSource();
        using var deadline = new AwakeDeadline(Second, _time, giveUp.Token);
        giveUp.Cancel();
        Assert.True(deadline.IsOver);
    }

    [Fact]
    public async Task What_came_while_the_dashboard_slept_is_not_too_late()
    {
        var state = new ClusterState();
        var waiting = state.WhenAsync(s => s.Revision == 1, Second, _time, TestContext.Current.CancellationToken);
        StandStill(8 * Second);
        state.Publish(new ClusterSnapshot { Revision = 1 });
        Assert.Equal(1, (await waiting).Revision);

        var inVain = state.WhenAsync(s => s.Revision == 2, Second, _time, TestContext.Current.CancellationToken);
        StandStill(8 * Second);
        Run(Second);
        await Assert.ThrowsAsync<TimeoutException>(() => inVain);
    }
}
