using System.Globalization;
using System.Xml.Linq;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Writes;
using KvLab.Web.Pictures;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>The waterfalls of the report say what those of the page say.</summary>
[Trait("Category", "Component")]
public sealed class WaterfallDrawingTests : PageTest
{
    private static readonly XNamespace Space = "http://www.w3.org/2000/svg";

    private static XElement[] Of(WaterfallDrawing drawing, string name) => [.. XDocument.Parse(drawing.Svg()).Descendants(Space + name)];

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    [Fact]
    public void Each_bar_ends_where_its_delivery_did_and_the_line_stands_where_the_client_was_answered()
    {
        var write = Calm.Writes[0];
        var axis = new TimeAxis(1000);
        var drawing = new WaterfallDrawing([write], axis, Labels.Plain);
        var (left, right) = (Of(drawing, "line").Min(l => Number(l, "x1") is var x && x > 100 ? x : double.MaxValue), Of(drawing, "line").Where(l => Number(l, "x1") > 100).Max(l => Number(l, "x1")));
        var bars = Of(drawing, "rect").Where(r => r.Attribute("height")!.Value == "5" && Number(r, "x") == left).ToArray();
        Assert.Equal(write.Deliveries.Length, bars.Length);
        Assert.All(bars.Zip(write.Deliveries), pair =>
            Assert.Equal(Math.Min(pair.Second.CompletedMs ?? pair.Second.DelayMs, 1000) / 1000 * (right - left), Number(pair.First, "width"), 1.01));
        var answer = Of(drawing, "rect").Single(r => r.Attribute("width")!.Value == "2" && Number(r, "height") > 20 && r.Attribute("opacity") is null);
        Assert.Equal(left + write.ElapsedMs!.Value / 1000 * (right - left), Number(answer, "x") + 1, 0.11);
    }

    [Fact]
    public void Every_outcome_has_the_shape_and_the_word_that_it_has_on_the_page()
    {
        var write = Calm.Writes[0];
        DeliveryOutcome[] outcomes = [DeliveryOutcome.Applied, DeliveryOutcome.Superseded, DeliveryOutcome.Failed, DeliveryOutcome.Pending, DeliveryOutcome.Replaced];
        var drawing = new WaterfallDrawing([write with { Deliveries = [.. write.Deliveries.Select((d, i) => d with { Outcome = outcomes[i] })] }], new TimeAxis(1000), Labels.Plain);
        // Each once at its bar, once in the legend.
        Assert.Equal(2 * outcomes.Length, Of(drawing, "svg").Length - 1);
        Assert.Equal(["applied", "refused as stale", "failed", "pending", "replaced before it arrived"], drawing.Table().Rows.Select(r => r[5].Replace(", after the answer", "", StringComparison.Ordinal)));
        Assert.DoesNotContain("var(", drawing.Svg(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_client_wrote_is_shown_and_never_read_as_markup()
    {
        var drawing = new WaterfallDrawing([Calm.Writes[0] with { Key = "<script>", Value = "a\u202Eb\u0001&amp;" }], new TimeAxis(1000), Labels.Plain);
        Assert.Contains(Of(drawing, "text"), t => t.Value.Contains("<script>=", StringComparison.Ordinal));
        Assert.Empty(Of(drawing, "script"));
    }

    [Fact]
    public void However_many_are_seen_the_table_keeps_to_its_length_and_the_caption_says_which()
    {
        var drawing = new WaterfallDrawing([.. Calm.Writes], new TimeAxis(1000), Labels.Plain);
        Assert.Empty(PictureRules.Check(drawing.Table()));
        Assert.Equal(PictureRules.MostRows, drawing.Table().Rows.Count);
        Assert.Contains($"{Calm.Writes.Length} writes, v1 to v30, replayed from a recording", drawing.Caption(past: true), StringComparison.Ordinal);
    }
}
