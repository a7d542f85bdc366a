namespace KvLab.Web.Live;

/// <summary>
/// Who gives a command: a page, a script by REST; it flows with the work that was begun for it. What a run does is known by its lease.
/// </summary>
/// <param name="Words">Behind "changed by", such as <c>another page</c>.</param>
/// <param name="Page">Which page; null: none.</param>
public sealed record Author(string Words, object? Page = null)
{
    public static readonly Author Rest = new("REST");

    /// <summary>Of whoever is not known: the dashboard itself, for example.</summary>
    public static readonly Author Somebody = new("somebody else");

    private static readonly AsyncLocal<Author?> Flowing = new();

    public static Author OfPage(object page) => new("another page", page);

    public static Author Current
    {
        get => Flowing.Value ?? Somebody;
        set => Flowing.Value = value;
    }
}
