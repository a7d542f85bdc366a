using KvLab.Core.Observation.Messages;
using KvLab.Core.Replays;
using KvLab.Web.Replays;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Replay;

/// <summary>How a viewer plays a recording: at a speed, step by step, and from one thing worth seeing to the next.</summary>
[Trait("Category", "Unit")]
public sealed class ReplaySessionTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(1), InlineData(0.1), InlineData(5)]
    public async Task It_moves_on_by_its_speed_and_stands_still_at_the_end(double speed)
    {
        await using var session = new ReplaySession(MemoryTape.Of("story-failover-wn"), _time);
        session.SetSpeed(speed);
        session.Play(true);
        var moved = new SemaphoreSlim(0);
        session.Moved += () => moved.Release();
        _time.Advance(ReplaySession.Interval);
        Assert.True(await moved.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(ReplaySession.Interval.TotalMilliseconds * speed, session.AtMs, 3);

        session.GoTo(session.LengthMs);
        while (moved.Wait(0, TestContext.Current.CancellationToken)) { }
        _time.Advance(ReplaySession.Interval);
        Assert.True(await moved.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal((false, session.LengthMs), (session.Plays, session.AtMs));
    }

    [Fact]
    public async Task A_step_back_undoes_a_step_on()
    {
        await using var session = new ReplaySession(MemoryTape.Of("story-failover-wn"), _time);
        session.GoTo(session.LengthMs / 2);
        session.StepEvent(back: false);
        var (before, events) = (session.Snapshot, session.Snapshot.Events.Count);
        session.StepEvent(back: false);
        Assert.Equal(events + 1, session.Snapshot.Events.Count);
        session.StepEvent(back: true);
        Assert.Equal(StateText.Of(before with { Revision = 0 }), StateText.Of(session.Snapshot with { Revision = 0 }));
    }

    [Fact]
    public async Task What_cannot_be_read_is_said_and_the_moment_before_it_stays()
    {
        var tape = MemoryTape.Of("story-failover-wn");
        await using var session = new ReplaySession(new DamagedTape(tape, tape.Elements / 2), _time);
        session.GoTo(session.LengthMs / 4);
        var before = session.AtMs;
        session.GoTo(session.LengthMs);
        Assert.Equal(("Damaged there.", false, before), (session.Trouble, session.Plays, session.AtMs));
    }

    /// <summary>From an element on it cannot be read.</summary>
    private sealed class DamagedTape(IRecordedStream whole, long from) : IRecordedStream
    {
        public long Elements => whole.Elements;
        public ObserverTime? First => whole.First;
        public ObserverTime? Last => whole.Last;
        public IEnumerable<Observed> From(long element) => whole.From(element).Select((observed, i) => element + i < from ? observed : throw new FormatException("Damaged there."));
        public long After(long ms) => whole.After(ms);
        public long Back(long element, int events) => whole.Back(element, events);
        public RecordedState? StateBefore(long element) => whole.StateBefore(element);
    }

    [Fact]
    public async Task It_goes_to_what_is_worth_seeing_and_says_when_there_is_no_more()
    {
        await using var session = new ReplaySession(MemoryTape.Of("story-failover-wn"), _time);
        while (session.Marks is null) await Task.Delay(5, TestContext.Current.CancellationToken);
        var jumps = 0;
        while (session.Jump(LandmarkKind.Failover, back: false)) jumps++;
        Assert.Equal(session.Marks.Of(LandmarkKind.Failover).Count, jumps);
        Assert.True(jumps > 0);
        Assert.False(session.Jump(LandmarkKind.Failover, back: false));
    }
}
