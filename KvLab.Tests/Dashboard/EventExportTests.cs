using System.Text;
using System.Text.Json;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Csv;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class EventExportTests
{
    private static readonly NodeEvent Plain = new()
    {
        Node = "leader",
        Incarnation = "a",
        Sequence = 1,
        Kind = EventKind.WriteAccepted,
        Key = "k1",
        Epoch = 1,
        Version = 3,
        Value = "\"x\"",
        ElapsedMs = 1.5,
    };

    private static async Task<string> CsvAsync(params NodeEvent[] events)
    {
        using var stream = new MemoryStream();
        await EventExport.WriteCsvAsync(stream, events, Labels.Plain, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public async Task Csv_has_a_header_and_one_line_per_event_each_ended_by_cr_lf()
    {
        var lines = (await CsvAsync(Plain, Plain with { Sequence = 2 })).Split("\r\n");
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("\uFEFFat,node,incarnation,sequence,", lines[0], StringComparison.Ordinal);
        Assert.Equal("", lines[3]);
    }

    [Theory]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1+1", "'+1+1")]
    [InlineData("+1", "+1")]
    [InlineData("-cmd", "'-cmd")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    public async Task Fields_are_quoted_after_rfc_4180_and_formulas_are_disarmed(string key, string cell) =>
        Assert.Contains($",{cell},", await CsvAsync(Plain with { Key = key }));

    [Fact]
    public async Task Ndjson_has_one_object_per_line_that_reads_back_as_the_event()
    {
        using var stream = new MemoryStream();
        await EventExport.WriteNdjsonAsync(stream, [Plain, Plain with { Sequence = 2 }], TestContext.Current.CancellationToken);
        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Equal(Plain, JsonSerializer.Deserialize<NodeEvent>(lines[0], EventExport.Json));
    }
}
