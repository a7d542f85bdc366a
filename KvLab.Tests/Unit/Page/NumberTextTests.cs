using System.Globalization;
using KvLab.Web.Components.View;
using Xunit;

namespace KvLab.Tests.Unit.Page;

/// <summary>A number that somebody types is taken as that number or refused, and never as another one.</summary>
[Trait("Category", "Unit")]
public sealed class NumberTextTests
{
    [Theory]
    [InlineData("0,5", "0.5")]
    [InlineData("0.5", "0.5")]
    [InlineData(",5", "0.5")]
    [InlineData("0,500", "0.500")]
    [InlineData("1,25", "1.25")]
    [InlineData("1.125", "1.125")]
    [InlineData("1e2", "100")]
    [InlineData("1.5E3", "1500")]
    [InlineData("-5", "-5")]
    [InlineData("\u22125", "-5")]
    [InlineData(" 42 ", "42")]
    [InlineData("1,000,000", "1000000")]
    [InlineData("1.000.000", "1000000")]
    [InlineData("1,000.5", "1000.5")]
    [InlineData("1.000,5", "1000.5")]
    [InlineData("1 000", "1000")]
    [InlineData("1\u00A0000\u00A0000", "1000000")]
    [InlineData("1\u202F000,5", "1000.5")]
    [InlineData("1'000", "1000")]
    [InlineData("1_000", "1000")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    public void What_can_only_mean_one_number_is_that_number(string typed, string number)
    {
        var (value, wrong) = NumberText.Read(typed, whole: false);
        Assert.Null(wrong);
        Assert.Equal(decimal.Parse(number, CultureInfo.InvariantCulture), value);
    }

    [Theory]
    [InlineData("1,000", "is ambiguous: write 1000 or 1.")]
    [InlineData("1.000", "is ambiguous: write 1000 or 1.")]
    [InlineData("2.500", "is ambiguous: write 2500 or 2.5.")]
    [InlineData("12,345", "is ambiguous: write 12345 or 12.345.")]
    [InlineData("", "is missing.")]
    [InlineData("a,5", "must be a number, with a point before its decimals, but is \"a,5\".")]
    [InlineData("1,5,3", "must be a number")]
    [InlineData("1.5.3", "must be a number")]
    [InlineData("12 34", "must be a number")]
    [InlineData("1,00,000", "must be a number")]
    [InlineData("1,000.000,5", "must be a number")]
    [InlineData("NaN", "must be a number")]
    [InlineData("Infinity", "must be a number")]
    [InlineData("0x10", "must be a number")]
    [InlineData("５", "must be a number")]
    [InlineData("1e400", "is too large")]
    public void What_may_mean_two_numbers_or_none_is_refused(string typed, string wrong) =>
        Assert.StartsWith(wrong, NumberText.Read(typed, whole: false).Wrong, StringComparison.Ordinal);

    [Theory]
    [InlineData("3.5", "must be a whole number, but is 3.5.")]
    [InlineData("0", "must be from 1 to 10, but is 0.")]
    [InlineData("99999999999", "must be from 1 to 10, but is 99999999999.")]
    [InlineData("3.0", null)]
    public void A_whole_number_is_whole_and_within_its_limits(string typed, string? wrong) => Assert.Equal(wrong, NumberText.Read(typed, whole: true, 1, 10).Wrong);
}
