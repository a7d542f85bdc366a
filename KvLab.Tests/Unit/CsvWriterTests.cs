using System.Text;
using KvLab.Web.Charts;
using KvLab.Web.Csv;
using Xunit;

namespace KvLab.Tests.Unit;

/// <summary>What leaves the lab as CSV can be opened in a spreadsheet, and does nothing there.</summary>
[Trait("Category", "Unit")]
public sealed class CsvWriterTests
{
    private static string Cell(object? value) => CsvWriter.Text(csv => csv.Row(value, "end"))[1..].Replace(",end\r\n", "", StringComparison.Ordinal);

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1+cmd", "'+1+cmd")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("-cmd", "'-cmd")]
    [InlineData("--1", "'--1")]
    [InlineData("-1+2", "'-1+2")]
    [InlineData("+49 170 1234567", "'+49 170 1234567")]
    [InlineData("+1+1", "'+1+1")]
    [InlineData("++1", "'++1")]
    [InlineData("+-1", "'+-1")]
    [InlineData("+", "'+")]
    [InlineData("-", "'-")]
    [InlineData("+1e", "'+1e")]
    [InlineData("-5\n", "\"'-5\n\"")]
    [InlineData("-٣", "'-٣")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("\n=1", "\"'\n=1\"")]
    [InlineData("＝1+1", "'＝1+1")]
    [InlineData("＋1", "'＋1")]
    [InlineData("－1", "'－1")]
    [InlineData("＠SUM(A1)", "'＠SUM(A1)")]
    [InlineData(" =1+1", "' =1+1")]
    [InlineData("\u200B=1+1", "'\u200B=1+1")]
    [InlineData("\uFEFF=1+1", "'\uFEFF=1+1")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    public void Text_that_begins_like_a_formula_is_text(string text, string cell) => Assert.Equal(cell, Cell(text));

    [Theory]
    [InlineData("-0.25")]
    [InlineData("-5")]
    [InlineData("+49")]
    [InlineData("+0.5")]
    [InlineData("+1e5")]
    [InlineData("1e5")]
    [InlineData("-.5")]
    [InlineData("-5.")]
    [InlineData("-007")]
    [InlineData("0.5")]
    [InlineData("-1.5E-7")]
    [InlineData("-0")]
    [InlineData("12345678901234567890")]
    public void A_number_stays_a_number_whether_it_comes_as_one_or_as_text(string number) => Assert.Equal(number, Cell(number));

    [Fact]
    public void Numbers_have_a_point_and_every_digit_and_none_is_an_empty_cell()
    {
        Assert.Equal("-0.25", Cell(-0.25));
        Assert.Equal("0.30000000000000004", Cell(0.1 + 0.2));
        Assert.Equal("-9223372036854775808", Cell(long.MinValue));
        Assert.Equal("", Cell(double.NaN));
        Assert.Equal("", Cell(double.PositiveInfinity));
        Assert.Equal("", Cell(null));
        Assert.Equal("true", Cell(true));
    }

    [Theory]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData("值 😀", "值 😀")]
    public void Cells_are_quoted_after_rfc_4180(string text, string cell) => Assert.Equal(cell, Cell(text));

    [Fact]
    public void Files_begin_with_a_byte_order_mark_once_and_lines_end_with_cr_lf()
    {
        var bytes = CsvWriter.Bytes(csv => csv.Row("ä").Row(1));
        Assert.Equal(Encoding.UTF8.GetBytes("\uFEFFä\r\n1\r\n"), bytes);
        Assert.Equal(bytes, Encoding.UTF8.GetBytes(CsvWriter.Text(csv => csv.Row("ä").Row(1))));
    }

    [Fact]
    public void Tables_of_charts_and_ledgers_are_written_so_too() =>
        Assert.Equal("\uFEFF'=key,ms\r\n'@x,-0.25\r\n", new SeriesTable("t", ["=key", "ms"], [["@x", SeriesTable.Number(-0.25)]]).ToCsv());
}
