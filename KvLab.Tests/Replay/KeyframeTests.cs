using System.Text.Json;
using KvLab.Core.Events;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Versioning;
using KvLab.Tests.Goldens;
using Xunit;

namespace KvLab.Tests.Replay;

/// <summary>Whoever loads a keyframe and hears the messages after it has the state of whoever heard them all.</summary>
[Trait("Category", "Scenario")]
public sealed class KeyframeTests
{
    public static TheoryData<string> Runs =>
        ["story-failover-wn", "story-silent-start", "story-leader-restart-naive", "story-rolled-back", "story-freeze", "chaos-41", "chaos-42", $"chaos-{2_000 + DateTime.UtcNow.DayOfYear}"];

    // Of a short run there is a keyframe after every message, of a long one at so many moments.
    private const int ShortRun = 600;
    private const int KeyframesOfLong = 12;

    // A picture takes a millisecond to write down: all of the first ones after a keyframe, then some. A difference stays.
    private const int FirstPictures = 4;
    private const int EveryLaterPicture = 25;

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_state_that_was_loaded_goes_on_like_the_one_that_was_saved(string name) =>
        GoesOn(RecordedStream.Of(PlayedRun.Of(name)), new Random(1));

    /// <summary>With nodes removed, processes that come and go, reads, clocks, renewed clusters and batches that came twice in between.</summary>
    [Theory]
    [InlineData("chaos-43", 1)]
    [InlineData("chaos-44", 2)]
    [InlineData("story-failover-wn", 3)]
    [InlineData("story-leader-restart-naive", 4)]
    [InlineData("story-rolled-back", 5)]
    public void It_goes_on_whatever_else_is_told(string name, int seed)
    {
        var random = new Random(seed);
        GoesOn(RecordedStream.Disturbed(RecordedStream.Of(PlayedRun.Of(name)), random), random);
    }

    private static void GoesOn(List<Observed> stream, Random random)
    {
        var (live, undisturbed) = (new Watched(RecordedStream.NewReducer()), new Watched(RecordedStream.NewReducer()));
        var all = stream.Count < ShortRun;
        var moments = all ? [.. Enumerable.Range(0, stream.Count)] : Enumerable.Range(0, KeyframesOfLong).Select(_ => random.Next(stream.Count)).ToHashSet();
        var keyframes = new Dictionary<int, byte[]>();
        for (var i = 0; i < stream.Count; i++)
        {
            undisturbed.Apply(stream[i]);
            live.Apply(stream[i]);
            if (moments.Contains(i)) keyframes[i] = RecordedStream.Keyframe(live.Reducer);
        }

        Assert.Equal(undisturbed.Said, live.Said);
        var end = RecordedStream.Keyframe(live.Reducer);
        Assert.Equal(RecordedStream.Keyframe(undisturbed.Reducer), end);
        foreach (var (moment, keyframe) in keyframes)
        {
            var loaded = new Watched(RecordedStream.Load(keyframe));
            loaded.Reducer.FillLog(RecordedStream.Packed(stream.Take(moment + 1)));
            Assert.Equal(keyframe, RecordedStream.Keyframe(loaded.Reducer));
            if (stream[moment].What is PictureTaken) Assert.Equal(undisturbed.PictureAt(moment), StateText.Hash(loaded.Reducer.Snapshot));
            var pictures = 0;
            for (var i = moment + 1; i < stream.Count; i++)
            {
                var looks = stream[i].What is not PictureTaken || pictures++ < FirstPictures || (!all && pictures % EveryLaterPicture == 0);
                loaded.Apply(stream[i], i, looks);
                if (looks && loaded.Said.TryGetValue(i, out var said))
                    Assert.True(undisturbed.Said[i] == said, $"Saved after message {moment} ({stream[moment].What.GetType().Name}), another state after message {i}: {undisturbed.Text(i)}\nis now\n{loaded.Text(i)}");
            }

            Assert.Equal(end, RecordedStream.Keyframe(loaded.Reducer));
        }
    }

    /// <summary>A reducer, and what whoever looks at it sees.</summary>
    private sealed class Watched(ClusterReducer reducer)
    {
        private readonly Dictionary<int, string> _texts = [];
        private readonly Dictionary<int, string> _pictures = [];
        private int _next;

        public ClusterReducer Reducer => reducer;
        public Dictionary<int, string> Said { get; } = [];

        public void Apply(Observed observed) => Apply(observed, _next++, looks: true);

        public void Apply(Observed observed, int at, bool looks)
        {
            // Whoever does not look at a picture need not have it made, and misses nothing later.
            reducer.Apply(observed, shows: looks);
            if (!looks) return;
            if (observed.What is PictureTaken) _pictures[at] = StateText.Hash(reducer.Snapshot);
            var text = observed.What switch
            {
                PictureTaken => StateText.Of(reducer.Snapshot) + Messages(),
                // Which writes there are is seen with the next picture; these are asked for whether or not there are any.
                LedgerRead => JsonSerializer.Serialize(Enumerable.Range(1, 60).Select(n => reducer.FindDurability(new EntryVersion(1 + n % 2, n)))),
                PromisesCounted => JsonSerializer.Serialize(reducer.DurabilityBeyond([NodeRoles.Leader, "follower-1"], 5)),
                _ => null,
            };
            if (text is null) return;
            Said[at] = Golden.Hash(text);
            _texts[at] = text;
        }

        /// <summary>The newest attempts and calls, which a keyframe holds.</summary>
        private string Messages()
        {
            var traffic = reducer.CopyTraffic();
            return JsonSerializer.Serialize((traffic.Trips.TakeLast(50).Select(t => (t.Number, t.Id, t.Key, t.Leader, t.DelayMs, t.Required, t.SentNs, t.ArrivedNs, t.ReturnedNs, t.SentLamport, t.ArrivedLamport, t.ReturnedLamport, t.Outcome, t.Facts)),
                traffic.Calls, traffic.BeganAt, traffic.ErrorsMs.OrderBy(e => e.Key)), Everything);
        }

        public string Text(int at) => _texts[at];

        public string PictureAt(int at) => _pictures[at];
    }

    private static readonly JsonSerializerOptions Everything = new() { IncludeFields = true };
}
