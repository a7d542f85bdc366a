using KvLab.Core.Analysis;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Timeline;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Observation.Series;
using KvLab.Core.Recordings;
using KvLab.Core.Replays;
using KvLab.Web.Components.Bases;
using KvLab.Core.Settings;
using KvLab.Tests.Goldens;
using Xunit;

namespace KvLab.Tests.Replay;

/// <summary>Any place of a recording shows what was so there, however one came to it.</summary>
[Trait("Category", "Scenario")]
public sealed class RewindTests
{
    public static TheoryData<string> Runs => ["story-failover-wn", "story-leader-restart-naive", "chaos-33"];

    [Theory]
    [MemberData(nameof(Runs))]
    public void At_every_picture_a_look_shows_what_the_live_page_showed(string run)
    {
        var tape = MemoryTape.Of(run);
        var live = new ClusterReducer(Predict);
        var replay = new Core.Replays.Replay(tape);
        var pictures = 0;
        for (var i = 0; i < tape.Elements; i++)
        {
            var before = live.Snapshot;
            live.Apply(tape.All[i]);
            if (tape.All[i].What is not PictureTaken || ReferenceEquals(before, live.Snapshot) || ++pictures % 20 != 0) continue;
            replay.GoTo(new ReplayPlace(i + 1));
            Assert.Equal(TextOf(live.Snapshot), TextOf(replay.Look()));
        }

        Assert.True(pictures > 10, $"{pictures} pictures are too few to say anything.");
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Going_back_and_forth_and_stopping_within_a_batch_leaves_no_trace(string run)
    {
        var tape = MemoryTape.Of(run);
        var random = new Random(7);
        var wanderer = new Core.Replays.Replay(tape);
        for (var i = 0; i < 10; i++)
        {
            var element = random.Next(tape.All.Count);
            var place = new ReplayPlace(element, tape.All[element].What is EventsReceived { Batch.Events.Length: var n } ? random.Next(n) : 0);
            wanderer.GoTo(place);
            var straight = new Core.Replays.Replay(tape);
            straight.GoTo(place);
            Assert.Equal(place, wanderer.Place);
            Assert.Equal(TextOf(straight.Look()), TextOf(wanderer.Look()));
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_file_with_kept_states_shows_at_any_place_what_the_stream_itself_shows(string run)
    {
        var tape = MemoryTape.Of(run);
        var (bytes, recording) = Record(tape, everyElements: 12);
        Assert.True(recording.Keyframes.Count > 2, $"{recording.Keyframes.Count} kept states are too few to say anything.");
        using var file = new RecordedFile(() => new MemoryStream(bytes, writable: false), () => recording);
        var random = new Random(11);
        var fromFile = new Core.Replays.Replay(file);
        var straight = new Core.Replays.Replay(tape);
        foreach (var element in Enumerable.Range(0, 12).Select(_ => random.Next(tape.All.Count)).Order().ToArray())
        {
            // The one goes on from where it was, the other comes from far.
            straight.GoTo(new ReplayPlace(element));
            fromFile.GoTo(ReplayPlace.Beginning);
            fromFile.GoTo(new ReplayPlace(element));
            var (expected, shown) = (straight.Look(), fromFile.Look());
            MustBeTheSame(expected, shown);
            Assert.Equal(expected.Events.LatestArrivalFirst().Take(20).Select(e => (e.Node, e.Sequence)), shown.Events.LatestArrivalFirst().Take(20).Select(e => (e.Node, e.Sequence)));
        }
    }

    [Theory]
    [InlineData("story-failover-wn", 1 << 20), InlineData("chaos-33", 1 << 20), InlineData("chaos-33", 60_000)]
    public void States_that_were_left_on_the_way_are_near_bounded_and_show_what_the_stream_itself_shows(string run, int most)
    {
        var tape = MemoryTape.Of(run);
        var near = new NearStates(tape, most, apart: 20);
        var marks = Landmarks.In(tape, near, TestContext.Current.CancellationToken);
        Assert.InRange(near.Kept.Bytes, 1, most);
        Assert.InRange(near.Kept.Count, 3, marks.Events / 20);
        var (there, straight) = (new Core.Replays.Replay(near), new Core.Replays.Replay(tape));
        foreach (var element in Enumerable.Range(1, 8).Select(i => tape.Elements * i / 9))
        {
            Assert.NotNull(near.StateBefore(tape.Elements));
            straight.GoTo(new ReplayPlace(element));
            there.GoTo(ReplayPlace.Beginning);
            there.GoTo(new ReplayPlace(element));
            var (expected, shown) = (straight.Look(), there.Look());
            MustBeTheSame(expected, shown);
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_stretch_is_a_recording_that_shows_at_its_places_what_the_whole_shows_there(string run)
    {
        var tape = MemoryTape.Of(run);
        var (from, end) = (tape.Elements / 3, tape.Elements * 2 / 3);
        using var output = new MemoryStream();
        RecordingStretch.Write(output, tape, new RecordingHeader("r1-part", DateTimeOffset.UnixEpoch, "test", "a stretch", ""), from, end, keyframeEvents: 5, TestContext.Current.CancellationToken);
        var check = RecordingCheck.Of(output);
        Assert.Equal((null, true, end - from), (check.Damage, check.Recording.IsClosed, check.Elements));
        Assert.Equal(tape.All.Skip((int)from).Take((int)(end - from)).Sum(o => o.What is EventsReceived e ? e.Batch.Events.Length : 0), check.Events);
        Assert.True(check.Recording.Keyframes.Count > 2, $"{check.Recording.Keyframes.Count} kept states are too few to say anything.");

        using var stretch = new RecordedFile(() => new MemoryStream(output.ToArray(), writable: false), () => check.Recording);
        var (ofWhole, ofStretch) = (new Core.Replays.Replay(tape), new Core.Replays.Replay(stretch));
        foreach (var element in Enumerable.Range(0, 5).Select(i => (end - from) * i / 4))
        {
            ofWhole.GoTo(new ReplayPlace(from + element));
            ofStretch.GoTo(new ReplayPlace(element));
            var (expected, shown) = (ofWhole.Look(), ofStretch.Look());
            // What was before it is known, but for the list of events, which begins where it does.
            MustBeTheSame(expected, shown);
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void All_messages_of_a_recording_are_told_wherever_states_were_kept(string run)
    {
        var tape = MemoryTape.Of(run);
        var (bytes, recording) = Record(tape, everyElements: 12);
        using var file = new RecordedFile(() => new MemoryStream(bytes, writable: false), () => recording);
        var whole = Messages(tape, null, null);
        Assert.NotEmpty(whole);
        Assert.Equal(whole, Messages(file, null, null));
        var (first, last) = (tape.First!.Value.Utc, tape.Last!.Value.Utc);
        var (from, to) = (first + (last - first) * 0.4, first + (last - first) * 0.6);
        Assert.Equal(Messages(tape, from, to), Messages(file, from, to));
        Assert.Equal(whole.Count, RecordedLines.Of(file, TimelineAxis.Real).Book.View(new TimelineQuery(0, long.MaxValue / 4)).Messages);
    }

    private static List<(string Kind, string From, string To, string? Key, long Version, int Attempt, DateTimeOffset? SentAt)> Messages(IRecordedStream stream, DateTimeOffset? from, DateTimeOffset? to) =>
        [.. new MessageQuery(from, to, Limit: MessageQuery.MostRows).Of(RecordedMessages.In(stream, from, to))
            .Select(m => (m.Kind.ToString()!, m.From, m.To, m.Key, m.Version, m.Attempt, m.SentAt)).Order()];

    private static (byte[] Bytes, Recording Recording) Record(MemoryTape tape, int everyElements)
    {
        using var output = new MemoryStream();
        using var writer = new RecordingWriter(output, new RecordingHeader("r1", DateTimeOffset.UnixEpoch, "test", "a run", ""));
        var reducer = new ClusterReducer(Predict);
        var since = 0;
        foreach (var observed in tape.All)
        {
            writer.Append(observed, 0);
            reducer.Apply(observed);
            if (++since < everyElements || observed.What is not PictureTaken) continue;
            since = 0;
            var state = new System.Buffers.ArrayBufferWriter<byte>();
            reducer.Save(state);
            writer.AppendKeyframe(state.WrittenSpan, 0);
        }

        writer.Close(0);
        return (output.ToArray(), writer.Recording);
    }

    [Fact]
    public void A_step_tells_one_event_and_all_steps_tell_all_of_them_in_order()
    {
        var tape = MemoryTape.Of("story-failover-wn");
        var all = tape.All.Select(o => o.What).OfType<EventsReceived>().SelectMany(e => e.Batch.Events).ToList();
        var replay = new Core.Replays.Replay(tape);
        foreach (var expected in all)
        {
            var told = replay.Step();
            Assert.Same(expected, told);
        }

        Assert.Null(replay.Step());
        Assert.Equal(tape.Elements, replay.Place.Elements);
    }

    [Fact]
    public void Whoever_follows_the_messages_begins_anew_where_the_replay_jumped()
    {
        var tape = MemoryTape.Of("chaos-33");
        var replay = new Core.Replays.Replay(tape);
        var cursor = new TrafficCursor();
        replay.GoTo(new ReplayPlace(tape.Elements / 2));
        Assert.Equal(1, replay.NextTraffic(cursor)![0] & 1);
        replay.GoTo(new ReplayPlace(tape.Elements / 2 + 10));
        Assert.NotEqual(1, (replay.NextTraffic(cursor) ?? [0])[0] & 1);
        replay.GoTo(new ReplayPlace(tape.Elements / 4));
        Assert.Equal(1, replay.NextTraffic(cursor)![0] & 1);
    }

    [Fact]
    public void Landmarks_are_the_events_that_they_name_and_the_promises_that_were_lost()
    {
        var tape = MemoryTape.Of("story-failover-wn");
        var marks = Landmarks.In(tape, cancellation: TestContext.Current.CancellationToken);
        var events = tape.All.Select(o => o.What).OfType<EventsReceived>().SelectMany(e => e.Batch.Events).ToList();
        Assert.Equal(events.Count, marks.Events);
        Assert.Equal(events.Count(e => e.Kind == Core.Events.EventKind.WriteAccepted), marks.Of(LandmarkKind.Write).Count);
        Assert.NotEmpty(marks.Of(LandmarkKind.Failover));

        var replay = new Core.Replays.Replay(tape);
        var writes = 0;
        for (var at = ReplayPlace.Beginning; marks.Next(LandmarkKind.Write, at) is { } mark; at = mark.Place)
        {
            replay.GoTo(mark.Place);
            Assert.Equal(++writes, replay.Look().Events.LatestArrivalFirst().Count(e => e.Kind == Core.Events.EventKind.WriteAccepted));
            if (marks.Next(LandmarkKind.Write, mark.Place) is { } following) Assert.Equal(mark, marks.Previous(LandmarkKind.Write, following.Place));
        }

        Assert.Equal(marks.Of(LandmarkKind.Write).Count, writes);
    }

    /// <summary>All but the list of events, of which a kept state knows only how many there were.</summary>
    private static void MustBeTheSame(ClusterSnapshot expected, ClusterSnapshot shown)
    {
        Assert.Equal(TextOf(expected with { Events = EventLogView.Empty }), TextOf(shown with { Events = EventLogView.Empty }));
        Assert.Equal(expected.Events.Total(), shown.Events.Total());
    }

    private static string TextOf(ClusterSnapshot snapshot) => StateText.Of(snapshot with { Revision = 0 });

    private static double? Predict(LiveSettings settings, int followers) => OrderStatistics.MeanMs(settings, followers);
}
