using KvLab.Core.Network;
using KvLab.Core.Simulation;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Network;

[Trait("Category", "Unit")]
public sealed class PreciseDelayTests
{
    private readonly FakeTimeProvider _time = new();

    private Task WaitAsync(double ms, CancellationTokenSource? cancelledBy = null) =>
        _time.WaitAsync(TimeSpan.FromMilliseconds(ms), cancelledBy?.Token ?? CancellationToken.None);

    [Fact]
    public async Task A_fraction_of_a_millisecond_is_waited_for_and_not_rounded()
    {
        var wait = WaitAsync(0.3);
        _time.Advance(TimeSpan.FromMilliseconds(0.2999));
        Assert.False(wait.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(0.0001));
        await wait;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void No_delay_is_no_wait(double ms) => Assert.True(WaitAsync(ms).IsCompletedSuccessfully);

    [Fact]
    public async Task Cancelling_ends_the_wait_at_once_with_that_token()
    {
        using var source = new CancellationTokenSource();
        var wait = WaitAsync(1000, source);
        await source.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_token_that_is_cancelled_already_wins(double ms)
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        Assert.True(WaitAsync(ms, source).IsCanceled);
    }

    [Fact]
    public async Task Cancelling_after_the_end_changes_nothing()
    {
        using var source = new CancellationTokenSource();
        var wait = WaitAsync(1, source);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await source.CancelAsync();
        await wait;
    }

    [Fact]
    public void Ten_thousand_delays_do_not_queue_behind_one_another()
    {
        var world = new VirtualWorld(1);
        world.Run(() => Task.WhenAll(Enumerable.Range(1, 10_000).Select(async i =>
        {
            await world.Time.WaitAsync(TimeSpan.FromMilliseconds(i % 100 / 10.0), CancellationToken.None);
            Assert.Equal(i % 100 / 10.0, world.Now.TotalMilliseconds);
        })));
        Assert.Equal(9.9, world.Now.TotalMilliseconds);
    }
}
