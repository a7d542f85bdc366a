using CsCheck;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using KvLab.Web.Components.View;
using Xunit;

namespace KvLab.Tests.Unit.Page;

[Trait("Category", "Unit")]
public sealed class ViewQueryTests
{
    [Fact]
    public void A_plain_view_has_a_plain_address() => Assert.Equal("", ViewQuery.Write(ViewOptions.Default));

    [Fact]
    public void Whatever_is_looked_at_comes_back_from_its_own_address()
    {
        var text = Gen.OneOf(Gen.Const(""), Gen.String[Gen.Char[' ', '~'], 1, 12], Gen.Const("ключ & 鍵=?#%"));
        var maybe = text.Select(t => t.Length == 0 ? null : t);
        var views = Gen.Select(Gen.Enum<ThemeChoice>(), Gen.Bool, Gen.Enum<Stage>(), Gen.Enum<ChartTab>(), text, Gen.Select(maybe, Gen.Enum<EventKind>(), Gen.Bool), Gen.Select(maybe, Gen.Long[1, 9], Gen.Long[1, 1_000_000], Gen.Bool))
            .Select((theme, projector, stage, chart, keys, filter, selection) => new ViewOptions
            {
                Theme = theme,
                Projector = projector,
                Stage = stage,
                Chart = chart,
                KeyFilter = keys,
                EventFilter = new EventFilter(filter.Item1, filter.Item3 ? filter.Item2 : null, filter.Item1, filter.Item1),
                Selection = new Selection(selection.Item1, new EntryVersion(selection.Item2, selection.Item3), selection.Item1,
                    selection.Item4 ? new EventId("follower-1", "a.b-c", selection.Item3) : null),
            });
        views.Sample(view => ViewQuery.Read("http://127.0.0.1:5080/" + ViewQuery.Write(view)) == view);
    }

    [Theory]
    [InlineData("?theme=purple&stage=7&sel=x.y&kind=nothing&sel-event=1")]
    [InlineData("?sel=-1.5&projector=yes&theme=")]
    public void What_cannot_be_understood_counts_as_left_out(string query) => Assert.Equal(ViewOptions.Default, ViewQuery.Read(query));
}
