using KvLab.Web.Components.Bases;
using Xunit;

namespace KvLab.Tests.Unit.Page;

[Trait("Category", "Unit")]
public sealed class RowKeysTests
{
    private readonly RowKeys _keys = new();

    [Fact]
    public void With_few_news_a_row_keeps_its_key_and_moves_down()
    {
        _keys.Update(100);
        var before = _keys.Of(95);
        _keys.Update(100 + RowKeys.Many - 1);
        Assert.Equal(before, _keys.Of(95));
    }

    [Fact]
    public void In_a_storm_the_row_at_the_same_place_has_the_same_key()
    {
        _keys.Update(100);
        var (top, third) = (_keys.Of(100), _keys.Of(98));
        _keys.Update(800);
        Assert.Equal((top, third), (_keys.Of(800), _keys.Of(798)));
    }

    [Fact]
    public void A_list_that_begins_anew_has_different_keys_for_different_rows()
    {
        _keys.Update(800);
        _keys.Update(3);
        Assert.Equal(4, Enumerable.Range(0, 4).Select(i => _keys.Of(i)).Distinct().Count());
    }
}
