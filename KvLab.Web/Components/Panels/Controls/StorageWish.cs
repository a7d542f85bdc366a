namespace KvLab.Web.Components.Panels.Controls;

/// <summary>A storage while somebody chooses it.</summary>
/// <param name="Kind">Empty: nothing is wished.</param>
/// <param name="Place">Empty: where it is configured.</param>
public sealed record StorageWish(string Kind, string Place)
{
    public static readonly StorageWish None = new("", "");

    public bool IsNone => Kind.Length == 0;

    /// <summary>In the form of <c>STORAGE</c>. A record prints all it has; this one must not.</summary>
    internal string Text => Place.Trim().Length == 0 ? Kind : $"{Kind}:{Place.Trim()}";

    public override string ToString() => Kind;
}
