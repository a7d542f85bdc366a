using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Traffic;

[Trait("Category", "Unit")]
public sealed class TrafficFrameTests
{
    private readonly TrafficBook _book = new();
    private readonly TrafficCursor _cursor = new();

    private long Send(long version, long atMs) =>
        _book.Trips.Add(new Trip { Key = "k", Version = new EntryVersion(1, version), Leader = "leader", Follower = "follower-1", Attempt = 1, SentNs = atMs * 1_000_000 }).Number;

    private (bool Whole, uint Skipped, uint Count)? Next(long nowMs) => Look(nowMs) is { } frame ? (frame.Whole, frame.Skipped, (uint)frame.Trips.Length) : null;

    private ReadFrame? Look(long nowMs, long? knownMs = null) => TrafficFrames.Next(_book, () => Errors, _cursor, nowMs * 1_000_000, knownMs * 1_000_000) is { } bytes ? ReadFrame.Of(bytes) : null;

    private static readonly Dictionary<string, double> Errors = new() { ["leader"] = 0, ["follower-1"] = 1.5 };

    private void Read(string key, long endedMs, long read = 0, bool open = false) => _book.Read(new ReadTold(read, "follower-1", key, (endedMs - 9) * 1_000_000, (endedMs - 8) * 1_000_000, endedMs * 1_000_000, 1, 7, true, true, open), 0);

    [Fact]
    public void The_first_frame_is_whole_later_ones_hold_what_changed_and_none_comes_where_nothing_did()
    {
        Send(1, 10);
        Send(2, 20);
        Assert.Equal((true, 0u, 2u), Next(30));
        Assert.Null(Next(40));
        var third = Send(3, 50);
        _book.Trips.Touch(third);
        _book.Trips.Touch(1);
        Assert.Equal((false, 0u, 2u), Next(60));
        Assert.Null(Next(70));
    }

    [Fact]
    public void Whoever_looks_for_the_first_time_sees_the_last_seconds_and_what_is_under_way()
    {
        for (var i = 1; i <= 100; i++) _book.Trips[Send(i, i * 100)].Facts |= TripFacts.Returned;
        Assert.Equal((true, 0u, 31u), Next(10_000));
    }

    [Fact]
    public void A_viewer_that_cannot_follow_begins_anew_and_is_told_how_many_it_missed()
    {
        Send(1, 1);
        Next(2);
        for (var i = 2; i <= 20_001; i++) Send(i, 3);
        Assert.Equal((true, 20_000u - TrafficFrames.MostTrips, (uint)TrafficFrames.MostTrips), Next(4));
        Assert.Null(Next(5));
    }

    [Fact]
    public void More_than_fit_into_a_frame_come_with_the_next()
    {
        Next(0);
        Send(1, 1);
        Next(1);
        for (var i = 2; i <= 6_001; i++) Send(i, 2);
        Assert.Equal((false, 0u, (uint)TrafficFrames.MostTrips), Next(3));
        Assert.Equal((false, 0u, 6_000u - TrafficFrames.MostTrips), Next(3));
        Assert.Null(Next(3));
    }

    /// <summary>A recording is read ahead: at six messages a millisecond there are 9,000 of them in a second and a half.</summary>
    [Fact]
    public void What_is_under_way_at_a_moment_of_a_recording_is_not_crowded_out_by_what_is_sent_later_which_comes_in_its_time()
    {
        for (var i = 0; i < 9_000; i++) Send(i + 1, 1_000 + i / 6);
        // The clock of its sender is wrong by an hour: it comes with its neighbours, and holds up nobody.
        Send(9_001, 3_600_000);
        var first = Look(1_000, 2_500)!;
        Assert.True(first.Whole);
        Assert.Equal(6 * 251, first.Trips.Length);
        Assert.Equal(0u, first.Skipped);
        Assert.Null(Look(1_000, 2_500));
        var next = Look(1_100, 2_600)!;
        Assert.False(next.Whole);
        Assert.Equal(600, next.Trips.Length);
        Assert.Equal(9_001 - 6 * 351, Look(2_500, 4_000)!.Trips.Length + Look(2_500, 4_000)!.Trips.Length);
    }

    [Fact]
    public void A_reset_begins_anew_and_skips_nothing()
    {
        Send(1, 1);
        Next(1);
        Send(2, 2);
        _book.Trips.Clear();
        Assert.Equal((true, 0u, 0u), Next(3));
        Send(3, 4);
        Assert.Equal((false, 0u, 1u), Next(5));
    }

    [Fact]
    public void A_call_and_a_read_come_once_with_both_ends_and_what_was_read()
    {
        _book.Calls.Add(new CallTold(0, 0, "leader", "follower-1", "repair", true, 1_000_000, 2_000_000, 3_000_000, 1, 2, 3, ForeignClock: true));
        Read("k", endedMs: 40);
        Assert.Equal(["c1 repair leader follower-1 2 1..2..3 0.0", "r1 read clients follower-1 12 31..32..40 1.7 k"], Look(50)!.Calls);
        Assert.Null(Look(60));
        Read("l", endedMs: 70);
        Assert.Equal(["r2 read clients follower-1 12 61..62..70 1.7 l"], Look(80)!.Calls);
    }

    [Fact]
    public void A_read_is_seen_while_its_answer_travels_and_again_as_the_same_one_when_it_is_over()
    {
        Read("k", endedMs: 90, read: 1, open: true);
        Read("l", endedMs: 95, read: 2, open: true);
        Assert.Equal(["r1 read clients follower-1 28 81..82..90 1.7 k", "r2 read clients follower-1 28 86..87..95 1.7 l"], Look(85)!.Calls);
        Read("k", endedMs: 91, read: 1);
        Assert.Equal(["r1 read clients follower-1 12 82..83..91 1.7 k"], Look(92)!.Calls);
        Assert.Equal([2, 1], _book.Reads.All.Select(c => c.Id));
    }

    [Fact]
    public void A_frame_says_of_each_node_how_wrong_its_times_may_be_and_of_others_that_it_is_not_known()
    {
        Send(1, 10);
        Read("k", endedMs: 40);
        Assert.Equal(["leader 0", "follower-1 1.5", "clients NaN", "read NaN"], Look(50)!.Names);
    }
}
