using CsCheck;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Versioning;

[Trait("Category", "Unit")]
public sealed class EntryVersionTests
{
    // Small numbers, so that equal epochs and equal counters are common.
    private static readonly Gen<EntryVersion> Versions = Gen.Select(Gen.Long[0, 4], Gen.Long[0, 4]).Select((epoch, counter) => new EntryVersion(epoch, counter));

    [Fact]
    public void A_newer_epoch_wins_over_any_counter_of_an_older_one() =>
        Assert.True(new EntryVersion(2, 1) > new EntryVersion(1, 999));

    [Fact]
    public void Within_an_epoch_the_counter_decides() => Assert.True(new EntryVersion(1, 2) > new EntryVersion(1, 1));

    [Fact]
    public void The_order_is_total_and_agrees_with_all_its_operators() => Gen.Select(Versions, Versions, Versions).Sample((a, b, c) =>
    {
        Assert.Equal(1, new[] { a < b, a == b, a > b }.Count(holds => holds));
        Assert.Equal((a <= b, a >= b), (a < b || a == b, a > b || a == b));
        Assert.Equal(Math.Sign(a.CompareTo(b)), -Math.Sign(b.CompareTo(a)));
        if (a <= b && b <= c) Assert.True(a <= c);
    }, iter: 5000);

    /// <summary>P4: what makes any order and any repetition of arrivals converge.</summary>
    [Fact]
    public void Max_is_associative_commutative_and_idempotent() => Gen.Select(Versions, Versions, Versions).Sample((a, b, c) =>
    {
        Assert.Equal(EntryVersion.Max(EntryVersion.Max(a, b), c), EntryVersion.Max(a, EntryVersion.Max(b, c)));
        Assert.Equal(EntryVersion.Max(a, b), EntryVersion.Max(b, a));
        Assert.Equal(a, EntryVersion.Max(a, a));
        Assert.Equal(a, EntryVersion.Max(a, EntryVersion.None));
    }, iter: 5000);

    [Theory]
    [InlineData(0, 0, "nothing")]
    [InlineData(1, 17, "v17")]
    [InlineData(3, 17, "e3·v17")]
    public void It_reads_as_on_screen(long epoch, long counter, string text) => Assert.Equal(text, new EntryVersion(epoch, counter).ToString());
}
