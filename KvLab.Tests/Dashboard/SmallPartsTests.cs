using KvLab.Core.Configuration;
using KvLab.Core.Observation.Series;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class SmallPartsTests
{
    [Theory]
    [InlineData("k2", "k10")]
    [InlineData("k1", "k01x")]
    [InlineData("a", "b")]
    [InlineData("k9", "k10a")]
    [InlineData("", "a")]
    [InlineData("k99999999999999999999", "k100000000000000000000")]
    public void Natural_order_reads_digits_as_numbers(string smaller, string larger)
    {
        Assert.True(NaturalOrder.Instance.Compare(smaller, larger) < 0);
        Assert.True(NaturalOrder.Instance.Compare(larger, smaller) > 0);
    }

    [Fact]
    public void Natural_order_never_calls_two_keys_equal() => Assert.NotEqual(0, NaturalOrder.Instance.Compare("k01", "k1"));

    [Fact]
    public void Key_order_is_that_of_a_sort_after_any_additions_and_removals()
    {
        var random = new Random(7);
        var order = new KeyOrder();
        var naive = new SortedSet<string>(NaturalOrder.Instance);
        for (var round = 0; round < 200; round++)
        {
            for (var i = 0; i < 10; i++)
            {
                var key = $"k{random.Next(200)}";
                if (naive.Add(key)) order.Add(key);
                else if (random.Next(2) == 0 && naive.Remove(key)) order.Remove(key);
            }
            Assert.Equal(naive, order.View());
        }
    }

    [Fact]
    public void Percentiles_are_values_that_were_measured()
    {
        double[] sorted = [.. Enumerable.Range(1, 100).Select(n => (double)n)];
        Assert.Equal((1, 50, 95, 99, 100), (Percentiles.Of(sorted, 0), Percentiles.Of(sorted, 0.5), Percentiles.Of(sorted, 0.95), Percentiles.Of(sorted, 0.99), Percentiles.Of(sorted, 1)));
        Assert.Equal(7, Percentiles.Of([7], 0.99));
    }

    [Fact]
    public void The_event_rate_is_over_the_last_seconds_and_ends_at_zero()
    {
        var rate = new EventRate();
        for (var ms = 0; ms < 2000; ms++) rate.Add(ms, 1);
        Assert.InRange(rate.PerSecond(2000), 900, 1000);
        Assert.Equal(0, rate.PerSecond(2000 + 1000 * (EventRate.Seconds + 1)));
        rate.Add(1_000_000, 10);
        Assert.Equal(10.0 / EventRate.Seconds, rate.PerSecond(1_000_000));
    }
}
