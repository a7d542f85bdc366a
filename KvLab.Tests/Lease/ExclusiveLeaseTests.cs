using KvLab.Web.Leases;
using KvLab.Web.Problems;
using Microsoft.Extensions.Time.Testing;
using KvLab.Web.Timing;
using Xunit;

namespace KvLab.Tests.Lease;

[Trait("Category", "Unit")]
public sealed class ExclusiveLeaseTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ExclusiveLease _lease;

    public ExclusiveLeaseTests() => _lease = new ExclusiveLease(_clock);

    [Fact]
    public void Others_are_refused_by_name_until_it_is_given_back()
    {
        using (_lease.Take("experiment", "Experiment 7", static () => { }))
        {
            Assert.Equal(("Experiment 7", "experiment"), (_lease.Current!.Holder, _lease.Current.Kind));
            var refused = Assert.Throws<CommandException>(() => _lease.Act("kill a node"));
            Assert.Equal(409, refused.Status);
            Assert.Contains("Experiment 7 has the cluster, so nobody else can kill a node", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Experiment 7 is running", Assert.Throws<CommandException>(() => _lease.Take("drill", "A drill", static () => { })).Message, StringComparison.Ordinal);
            Assert.Throws<CommandException>(() => _lease.ActAlone("storage", "A change of storage"));
        }

        Assert.Null(_lease.Current);
        _lease.Act("kill a node");
    }

    [Fact]
    public async Task The_run_itself_may_act_and_so_may_what_it_starts_while_its_caller_may_not()
    {
        using var held = _lease.Take("chaos", "A chaos run", static () => { });
        await Task.Run(async () =>
        {
            _lease.Enter(held);
            using var own = _lease.Act("kill a node");
            Assert.NotNull(own);
            await Task.Run(() => _lease.Require("write"), TestContext.Current.CancellationToken);
        }, TestContext.Current.CancellationToken);
        Assert.Throws<CommandException>(() => _lease.Require("write"));
    }

    [Fact]
    public void An_act_of_the_run_covers_its_time_and_nothing_else()
    {
        using var held = _lease.Take("scenario", "A story", static () => { });
        _clock.Advance(TimeSpan.FromSeconds(10));
        var before = _clock.GetUtcNow();
        var act = held.BeginOwn("freeze a node");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(held.WasOwn(_clock.GetUtcNow(), TimeSpan.Zero));
        Assert.True(held.WasOwn(_clock.GetUtcNow(), TimeSpan.Zero, "freeze a node"));
        Assert.False(held.WasOwn(_clock.GetUtcNow(), TimeSpan.Zero, "kill a node"));
        act.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(held.WasOwn(before, TimeSpan.Zero));
        Assert.False(held.WasOwn(before.AddMilliseconds(-200), TimeSpan.FromMilliseconds(100)));
        Assert.False(held.WasOwn(_clock.GetUtcNow(), TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task A_take_over_cancels_and_waits_until_the_cluster_is_put_back()
    {
        var cancelled = false;
        var held = _lease.Take("experiment", "Experiment 7", () => cancelled = true);
        var taking = _lease.TakeOverAsync(TestContext.Current.CancellationToken);
        Assert.True(cancelled);
        Assert.True(_lease.Current!.Ending);
        Assert.False(taking.IsCompleted);
        held.Dispose();
        Assert.Equal("Experiment 7", (await taking).Holder);
        Assert.Null(_lease.Current);
        Assert.Equal(409, (await Assert.ThrowsAsync<CommandException>(() => _lease.TakeOverAsync(TestContext.Current.CancellationToken))).Status);
    }

    [Fact]
    public async Task A_take_over_of_what_does_not_end_says_so_after_a_bound()
    {
        using var held = _lease.Take("experiment", "Experiment 7", static () => { });
        var taking = _lease.TakeOverAsync(TestContext.Current.CancellationToken);
        // In beats: one leap would be a pause of the dashboard, after which it waits anew.
        for (var beats = 0; !taking.IsCompleted && beats < 10_000; beats++)
        {
            _clock.Advance(AwakeDeadline.Beat);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.True(taking.IsCompleted);
        Assert.Equal(504, (await Assert.ThrowsAsync<CommandException>(() => taking)).Status);
    }

    [Fact]
    public void A_burst_that_runs_keeps_runs_from_beginning_and_a_run_keeps_bursts_from_beginning()
    {
        string? burst = "Burst burst-3";
        _lease.WatchLoad(() => burst);
        Assert.Contains("Burst burst-3 is running", Assert.Throws<CommandException>(() => _lease.Take("experiment", "Experiment 7", static () => { })).Message, StringComparison.Ordinal);
        Assert.Null(_lease.Current);
        // Nothing is measured while the storage changes.
        _lease.ActAlone("storage", "A change of storage")!.Dispose();

        burst = null;
        using var held = _lease.Take("experiment", "Experiment 7", static () => { });
        var started = false;
        Assert.Equal(409, Assert.Throws<CommandException>(() => _lease.Start("start a burst", () => started = true)).Status);
        Assert.False(started);
    }

    [Fact]
    public void Many_disturbances_are_counted_and_not_all_kept()
    {
        using var held = _lease.Take("experiment", "Experiment 7", static () => { });
        for (var i = 0; i < HeldLease.MostTold + 3; i++) held.Disturb($"{i}.");
        Assert.Equal(HeldLease.MostTold + 1, held.TakeNew().Count);
        Assert.Empty(held.TakeNew());
        Assert.Equal("3 more changes from outside are not listed.", Told(3));

        string Told(int more)
        {
            for (var i = 0; i < more; i++) held.Disturb("again.");
            return held.TakeNew()[^1];
        }
    }
}
