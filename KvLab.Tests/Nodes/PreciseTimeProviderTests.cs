using System.Diagnostics;
using KvLab.Core.Network;
using KvLab.Nodes.Timing;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Nodes;

/// <summary>Both ways of waiting keep the same promises; how exact they are is measured elsewhere, for no test may depend on speed.</summary>
[Trait("Category", "Unit")]
public sealed class PreciseTimeProviderTests
{
    public static TheoryData<bool> Waits => OperatingSystem.IsLinux() ? new(true, false) : new(false);

    private static PreciseTimeProvider Create(bool native) => native ? new PreciseTimeProvider() : new PreciseTimeProvider(new PortableWait());

    [Theory, MemberData(nameof(Waits))]
    public async Task No_timer_fires_before_it_is_due(bool native)
    {
        using var time = Create(native);
        var early = 0;
        var waiting = Enumerable.Range(0, 200).Select(async i =>
        {
            var due = TimeSpan.FromMicroseconds(37 * i);
            var start = Stopwatch.GetTimestamp();
            await time.WaitAsync(due, CancellationToken.None);
            if (Stopwatch.GetElapsedTime(start) < due) Interlocked.Increment(ref early);
        });
        await Task.WhenAll(waiting).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Equal(0, early);
        Assert.Equal(0, time.Count);
    }

    [Theory, MemberData(nameof(Waits))]
    public async Task Timers_fire_in_the_order_of_their_due_times(bool native)
    {
        using var time = Create(native);
        var fired = new List<int>();
        var all = new TaskCompletionSource();
        int[] order = [5, 1, 4, 2, 3];
        var timers = order.Select(n => time.CreateTimer(_ =>
        {
            fired.Add(n);
            if (fired.Count == order.Length) all.SetResult();
        }, null, TimeSpan.FromMilliseconds(30 * n), Timeout.InfiniteTimeSpan)).ToList();
        await all.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3, 4, 5], fired);
        GC.KeepAlive(timers);
    }

    [Theory, MemberData(nameof(Waits))]
    public async Task A_disposed_timer_does_not_fire_and_cannot_be_changed(bool native)
    {
        using var time = Create(native);
        var fired = false;
        var timer = time.CreateTimer(_ => fired = true, null, TimeSpan.FromMilliseconds(20), Timeout.InfiniteTimeSpan);
        await timer.DisposeAsync();
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        await time.WaitAsync(TimeSpan.FromMilliseconds(40), CancellationToken.None);
        Assert.False(fired);
    }

    [Theory, MemberData(nameof(Waits))]
    public async Task A_timer_that_is_changed_fires_at_its_new_time_only(bool native)
    {
        using var time = Create(native);
        var fired = new TaskCompletionSource();
        var timer = time.CreateTimer(_ => fired.SetResult(), null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        Assert.True(timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan));
        await fired.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Equal(0, time.Count);
    }

    [Theory, MemberData(nameof(Waits))]
    public async Task A_period_repeats_until_the_timer_is_disposed(bool native)
    {
        using var time = Create(native);
        var count = 0;
        var enough = new TaskCompletionSource();
        var timer = time.CreateTimer(_ =>
        {
            if (++count == 5) enough.SetResult();
        }, null, TimeSpan.Zero, TimeSpan.FromMicroseconds(300));
        await enough.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        await timer.DisposeAsync();
        Assert.Equal(0, time.Count);
    }

    [Fact]
    public void The_runtimes_own_limits_hold()
    {
        using var time = new PreciseTimeProvider();
        Assert.Throws<ArgumentOutOfRangeException>(() => time.CreateTimer(_ => { }, null, TimeSpan.FromMilliseconds(-2), Timeout.InfiniteTimeSpan));
        Assert.Throws<ArgumentOutOfRangeException>(() => time.CreateTimer(_ => { }, null, TimeSpan.MaxValue, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void The_heap_gives_the_earliest_first_whatever_is_added_and_taken_out()
    {
        var random = new Random(7);
        using var time = new PreciseTimeProvider();
        var heap = new TimerHeap();
        var twin = new List<PreciseTimer>();
        for (var step = 0; step < 5000; step++)
        {
            if (twin.Count == 0 || random.Next(3) > 0)
            {
                var timer = new PreciseTimer(time, _ => { }, null) { DueAt = random.Next(1000) };
                heap.Add(timer);
                twin.Add(timer);
            }
            else
            {
                var timer = twin[random.Next(twin.Count)];
                heap.Remove(timer);
                twin.Remove(timer);
                Assert.Equal(PreciseTimer.NotInHeap, timer.HeapIndex);
            }

            Assert.Equal(twin.Count, heap.Count);
            if (twin.Count > 0) Assert.Equal(twin.Min(t => t.DueAt), heap.First!.DueAt);
        }
    }
}
