using System.Buffers.Binary;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Traffic;

[Trait("Category", "Unit")]
public sealed class TrafficFrameTests
{
    private readonly TripBook _trips = new(TrafficBook.Capacity);
    private readonly TrafficCursor _cursor = new();

    private long Send(long version, long atMs) =>
        _trips.Add(new Trip { Key = "k", Version = new EntryVersion(1, version), Leader = "leader", Follower = "follower-1", Attempt = 1, SentNs = atMs * 1_000_000 }).Number;

    private (bool Whole, uint Skipped, uint Count)? Next(long nowMs) => TrafficFrames.Next(_trips, _cursor, nowMs * 1_000_000) is not { } frame ? null : Read(frame);

    private static (bool Whole, uint Skipped, uint Count) Read(byte[] frame)
    {
        var at = 13;
        for (var names = frame[at++]; names > 0; names--) at += 2 + BinaryPrimitives.ReadUInt16LittleEndian(frame.AsSpan(at));
        return ((frame[0] & 1) == 1, BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(9)), BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(at)));
    }

    [Fact]
    public void The_first_frame_is_whole_later_ones_hold_what_changed_and_none_comes_where_nothing_did()
    {
        Send(1, 10);
        Send(2, 20);
        Assert.Equal((true, 0u, 2u), Next(30));
        Assert.Null(Next(40));
        var third = Send(3, 50);
        _trips.Touch(third);
        _trips.Touch(1);
        Assert.Equal((false, 0u, 2u), Next(60));
        Assert.Null(Next(70));
    }

    [Fact]
    public void Whoever_looks_for_the_first_time_sees_the_last_seconds_and_what_is_under_way()
    {
        for (var i = 1; i <= 100; i++) _trips[Send(i, i * 100)].Facts |= TripFacts.Returned;
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

    [Fact]
    public void A_reset_begins_anew_and_skips_nothing()
    {
        Send(1, 1);
        Next(1);
        Send(2, 2);
        _trips.Clear();
        Assert.Equal((true, 0u, 0u), Next(3));
        Send(3, 4);
        Assert.Equal((false, 0u, 1u), Next(5));
    }
}
