using CsCheck;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Versioning;

[Trait("Category", "Unit")]
public sealed class ClockTests
{
    [Fact]
    public async Task Versions_are_handed_out_once_each_and_rise_for_everybody_under_16_threads()
    {
        const int threads = 16, each = 2000;
        var clock = new VersionClock(epoch: 1);
        var taken = await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(
            () => Enumerable.Range(0, each).Select(_ => clock.Next()).ToList(), TestContext.Current.CancellationToken)));

        Assert.All(taken, mine => Assert.Equal(mine.Order(), mine));
        Assert.Equal(Enumerable.Range(1, threads * each).Select(i => new EntryVersion(1, i)), taken.SelectMany(t => t).Order());
    }

    [Fact]
    public void A_reign_begins_above_everything_seen_and_never_below_itself() =>
        Gen.Select(Gen.Long[1, 5], Gen.Long[0, 20], Gen.Select(Gen.Long[0, 6], Gen.Long[0, 30]).Array[1, 5]).Sample((epoch, counter, seen) =>
        {
            var clock = new VersionClock(epoch, counter);
            foreach (var (seenEpoch, seenCounter) in seen)
            {
                var before = clock.Last;
                var reign = clock.BeginReignAbove(new EntryVersion(seenEpoch, seenCounter));
                Assert.Equal(reign, clock.Last);
                Assert.True(reign.Epoch > seenEpoch && reign.Epoch >= before.Epoch);
                Assert.True(reign.Counter >= seenCounter && reign.Counter >= before.Counter);
                Assert.Equal(reign with { Counter = reign.Counter + 1 }, clock.Next());
            }
        });

    [Fact]
    public void A_counter_at_its_end_fails_loudly_and_hands_out_nothing()
    {
        var clock = new VersionClock(1, long.MaxValue);
        Assert.Throws<OverflowException>(() => clock.Next());
        Assert.Equal(long.MaxValue, clock.Last.Counter);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(1, -1)]
    public void Impossible_reigns_are_refused(long epoch, long counter) => Assert.Throws<ArgumentOutOfRangeException>(() => new VersionClock(epoch, counter));

    /// <summary>Lamport's clock condition over a random exchange of messages: if a happened before b, then C(a) &lt; C(b).</summary>
    [Fact]
    public void What_happened_before_has_the_smaller_Lamport_time() =>
        Gen.Select(Gen.Int[2, 5], Gen.Select(Gen.Int[0, 2], Gen.Int, Gen.Int).Array[1, 60]).Sample((nodes, steps) =>
        {
            var clocks = Enumerable.Range(0, nodes).Select(_ => new LamportClock()).ToArray();
            // Vector clocks know exactly what happened before what.
            var vectors = Enumerable.Range(0, nodes).Select(_ => new int[nodes]).ToArray();
            var events = new List<(long Time, int[] Vector)>();
            var sent = new List<(long Time, int[] Vector)>();
            foreach (var (kind, who, which) in steps)
            {
                var node = (int)((uint)who % nodes);
                long time;
                if (kind == 2 && sent.Count > 0)
                {
                    var message = sent[(int)((uint)which % sent.Count)];
                    time = clocks[node].Witness(message.Time);
                    for (var i = 0; i < nodes; i++) vectors[node][i] = Math.Max(vectors[node][i], message.Vector[i]);
                }
                else time = clocks[node].Tick();

                vectors[node][node]++;
                var happened = (time, (int[])vectors[node].Clone());
                events.Add(happened);
                if (kind == 1) sent.Add(happened);
            }

            foreach (var (a, b) in events.SelectMany(a => events.Select(b => (a, b))))
                if (HappenedBefore(a.Vector, b.Vector)) Assert.True(a.Time < b.Time);
        });

    private static bool HappenedBefore(int[] a, int[] b) => a.Zip(b).All(p => p.First <= p.Second) && !a.SequenceEqual(b);

    [Fact]
    public async Task A_Lamport_clock_gives_no_time_twice_under_16_threads()
    {
        var clock = new LamportClock();
        var times = await Task.WhenAll(Enumerable.Range(0, 16).Select(t => Task.Run(
            () => Enumerable.Range(0, 2000).Select(i => i % 2 == 0 ? clock.Tick() : clock.Witness(i * t)).ToList(), TestContext.Current.CancellationToken)));
        Assert.All(times, mine => Assert.Equal(mine.Order(), mine));
        Assert.Equal(32_000, times.SelectMany(t => t).Distinct().Count());
    }
}
