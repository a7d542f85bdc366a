using CsCheck;
using KvLab.Core.Reading;
using KvLab.Core.Versioning;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Reading;

[Trait("Category", "Unit")]
public sealed class PromisedWritesTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PromisedWrites _promised;

    public PromisedWritesTests() => _promised = new PromisedWrites(_time);

    private void Promise(string key, long version, long epoch = 1)
    {
        _promised.Promised(key, new EntryVersion(epoch, version));
        _time.Advance(TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void Nothing_is_stale_where_nothing_was_promised() => Assert.Equal(Staleness.Fresh, _promised.Expect("k").Of(EntryVersion.None));

    [Fact]
    public void A_read_is_as_far_behind_as_it_misses_promises_and_since_the_first_of_them()
    {
        Promise("k", 1);
        Promise("k", 4);
        Promise("k", 9);
        var expected = _promised.Expect("k");
        Assert.Equal(new EntryVersion(1, 9), expected.Newest);
        Assert.Equal(new Staleness(0, 0), expected.Of(new EntryVersion(1, 9)));
        Assert.Equal(new Staleness(0, 0), expected.Of(new EntryVersion(1, 12)));
        Assert.Equal(new Staleness(1, 10), expected.Of(new EntryVersion(1, 4)));
        Assert.Equal(new Staleness(2, 20), expected.Of(new EntryVersion(1, 3)));
        Assert.Equal(new Staleness(3, 30), expected.Of(EntryVersion.None));
    }

    [Fact]
    public void What_is_promised_after_a_read_began_is_no_measure_for_it()
    {
        Promise("k", 1);
        var before = _promised.Expect("k");
        Promise("k", 2);
        Assert.False(before.Of(new EntryVersion(1, 1)).IsStale);
        Assert.True(_promised.Expect("k").Of(new EntryVersion(1, 1)).IsStale);
    }

    [Fact]
    public void Promises_may_come_in_another_order_than_their_versions()
    {
        Promise("k", 7);
        Promise("k", 3);
        Assert.Equal(new EntryVersion(1, 7), _promised.Expect("k").Newest);
        Assert.Equal(new Staleness(1, 20), _promised.Expect("k").Of(new EntryVersion(1, 3)));
    }

    [Fact]
    public void A_later_epoch_is_newer_whatever_its_counter()
    {
        Promise("k", 100);
        Promise("k", 5, epoch: 2);
        Assert.Equal(1, _promised.Expect("k").Of(new EntryVersion(1, 100)).Versions);
    }

    [Fact]
    public void So_many_are_remembered_and_what_is_older_is_at_least_so_far_behind()
    {
        for (var v = 1; v <= PromisedWrites.MostPerKey + 50; v++) Promise("k", v);
        Assert.Equal(PromisedWrites.MostPerKey, _promised.Expect("k").Of(new EntryVersion(1, 1)).Versions);
        _promised.Clear();
        Assert.Equal(EntryVersion.None, _promised.Expect("k").Newest);
    }

    /// <summary>The rule itself, for all small clusters: where R + W &gt; N every choice of R meets every choice of W, else some do not.</summary>
    [Fact]
    public void R_and_W_overlap_exactly_where_every_R_meets_every_W()
    {
        for (var n = 1; n <= 6; n++)
            for (var w = 0; w <= n; w++)
                for (var r = 1; r <= n; r++)
                {
                    var always = Subsets(n, w).All(writers => Subsets(n, r).All(readers => (writers & readers) != 0));
                    Assert.Equal(w > 0 && always, w > 0 && ReadQuorum.Overlaps(r, w, n));
                    Assert.Contains(ReadQuorum.Overlaps(r, w, n) ? "> N" : "≤ N", ReadQuorum.Sentence(r, w, n), StringComparison.Ordinal);
                }

        static IEnumerable<int> Subsets(int n, int size) => Enumerable.Range(0, 1 << n).Where(s => int.PopCount(s) == size);
    }

    [Fact]
    public void A_newer_read_is_never_staler() => Gen.Select(Gen.Long[1, 40].Array[0, 30], Gen.Long[0, 40], Gen.Long[0, 40]).Sample((versions, a, b) =>
    {
        var promised = new PromisedWrites(_time);
        foreach (var v in versions) promised.Promised("k", new EntryVersion(1, v));
        var expected = promised.Expect("k");
        var (older, newer) = (new EntryVersion(1, Math.Min(a, b)), new EntryVersion(1, Math.Max(a, b)));
        return expected.Of(newer).Versions <= expected.Of(older).Versions && expected.Of(older).Versions == versions.Distinct().Count(v => v > older.Counter);
    });
}
