using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using KvLab.Tests.Goldens;
using Xunit;

namespace KvLab.Tests.Replay;

/// <summary>A keyframe comes in a file that may be damaged, or made to do harm.</summary>
[Trait("Category", "Scenario")]
public sealed class DamagedKeyframeTests
{
    // A book of messages has a fixed size, and is not used in full as a rule.
    private const long FixedBytes = 16_000_000;
    private const int MostBytesPerByte = 400;

    [Theory]
    [InlineData("story-rolled-back", 3_000)]
    [InlineData("chaos-42", 1_500)]
    public void What_was_cut_or_altered_is_refused_or_is_some_state_and_takes_no_more_room_than_its_bytes(string name, int times)
    {
        var random = new Random(8);
        var stream = RecordedStream.Disturbed(RecordedStream.Of(PlayedRun.Of(name)), random);
        var reducer = RecordedStream.NewReducer();
        var (half, refused) = (stream.Count / 2, 0);
        foreach (var observed in stream.Take(half)) reducer.Apply(observed);
        var good = RecordedStream.Keyframe(reducer);
        RecordedStream.Load(good);
        for (var i = 0; i < times; i++)
        {
            var bad = good[..(i % 4 == 0 ? random.Next(good.Length) : good.Length)];
            for (var flips = i % 4 == 0 ? 0 : random.Next(1, 4); flips > 0; flips--) bad[random.Next(bad.Length)] = random.Next(3) == 0 ? (byte)255 : (byte)random.Next(256);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var loaded = RecordedStream.Load(bad);
                loaded.FillLog(RecordedStream.Packed(stream.Take(half)));
                foreach (var observed in stream.Skip(half).Take(30)) loaded.Apply(observed);
                RecordedStream.Keyframe(loaded);
            }
            catch (FormatException)
            {
                refused++;
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, FixedBytes + MostBytesPerByte * (long)bad.Length);
            }
        }

        Assert.InRange(refused, times / 4, times - 1);
    }

    /// <summary>Whatever a count says, so much is not there.</summary>
    [Fact]
    public void A_keyframe_of_lies_is_refused_at_once()
    {
        var reducer = RecordedStream.NewReducer();
        var good = RecordedStream.Keyframe(reducer);
        for (var at = 1; at < good.Length; at++)
        {
            byte[] bad = [.. good[..at], 255, 255, 255, 255, 255, 255, 255, 127];
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.ThrowsAny<FormatException>(() => RecordedStream.Load(bad));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, FixedBytes);
        }
    }

    [Fact]
    public void Nothing_is_no_keyframe() => Assert.Throws<FormatException>(() => ClusterReducer.Load([], (_, _) => null));
}
