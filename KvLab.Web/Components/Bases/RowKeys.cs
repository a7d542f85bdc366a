namespace KvLab.Web.Components.Bases;

/// <summary>
/// Keys for rows that move down as news come in at the top. While few are new, a row keeps its element and moves with it. When nearly all are
/// new, elements stay where they are and get other content: to change texts costs a browser a tenth of making rows.
/// </summary>
/// <remarks>A row is known by its position, counted from the first that ever was; so the newest has the highest.</remarks>
public sealed class RowKeys
{
    /// <summary>From so many new rows on, about the half of what a list shows, elements stay where they are.</summary>
    public const int Many = 8;

    private long _newest;
    private long _shift;

    /// <param name="newest">The position of the row at the top, before each render.</param>
    public void Update(long newest)
    {
        var added = newest - _newest;
        if (added >= Many) _shift += added;
        _newest = newest;
    }

    /// <summary>Two rows never have the same.</summary>
    public long Of(long position) => position - _shift;
}
