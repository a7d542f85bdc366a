using KvLab.Core.Settings;
using KvLab.Web.Components.View;
using Xunit;

namespace KvLab.Tests.Unit.Page;

[Trait("Category", "Unit")]
public sealed class UnitsTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.05, "0.05 ms")]
    [InlineData(0.123, "0.12 ms")]
    [InlineData(7.156, "7.16 ms")]
    [InlineData(51.24, "51.2 ms")]
    [InlineData(1234.4, "1234 ms")]
    public void Milliseconds_have_the_digits_that_mean_something(double ms, string text) => Assert.Equal(text, Units.Ms(ms));

    [Fact]
    public void No_number_is_a_dash() => Assert.Equal("–", Units.Ms(null));

    [Theory]
    [InlineData(999, "999")]
    [InlineData(3_778, "3.8 k")]
    [InlineData(99_999, "100 k")]
    [InlineData(147_456, "147 k")]
    [InlineData(999_600, "1 M")]
    [InlineData(12_345_678, "12.3 M")]
    public void A_count_without_room_is_rounded(long count, string text) => Assert.Equal(text, Units.Rounded(count));

    [Theory]
    [InlineData(DelayDistribution.Uniform, "U(0.1–1000 ms)")]
    [InlineData(DelayDistribution.Regions, "regions 1–160 ms")]
    [InlineData(DelayDistribution.Fixed, "fixed 500 ms")]
    [InlineData(DelayDistribution.Lognormal, "LogN(0.1–1000 ms)")]
    public void A_delay_names_its_shape_and_range(DelayDistribution distribution, string text) =>
        Assert.Equal(text, Units.Delay(new LiveSettings { Distribution = distribution }));

    [Theory]
    [InlineData(0, 5, "asynchronous: waits for no follower")]
    [InlineData(1, 5, "semi-synchronous: waits for the fastest follower")]
    [InlineData(3, 5, "semi-synchronous: waits for the 3 fastest")]
    [InlineData(5, 5, "synchronous: waits for all 5 followers")]
    [InlineData(1, 1, "synchronous: waits for the follower")]
    public void W_is_said_in_words(int w, int n, string text) => Assert.Equal(text, Units.QuorumMeaning(w, n));

    [Theory]
    [InlineData(0, "asynchronous: waits for no follower")]
    [InlineData(1, "asynchronous: the leader's own copy is enough")]
    [InlineData(2, "semi-synchronous: waits for the fastest follower")]
    [InlineData(4, "semi-synchronous: waits for the 3 fastest")]
    [InlineData(6, "synchronous: waits for all 5 followers")]
    public void W_is_one_follower_less_where_the_leader_counts(int w, string text) => Assert.Equal(text, Units.QuorumMeaning(w, 5, countsLeader: true));

    [Theory]
    [InlineData(1, "1 key")]
    [InlineData(12_345, "12,345 keys")]
    public void Counts_carry_their_noun(long count, string text) => Assert.Equal(text, Units.Count(count, "key"));
}
