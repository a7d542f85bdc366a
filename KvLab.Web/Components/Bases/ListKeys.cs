namespace KvLab.Web.Components.Bases;

/// <summary>Arrow keys in a list of options.</summary>
public static class ListKeys
{
    /// <returns>How far a key moves, <see cref="int.MinValue"/> and <see cref="int.MaxValue"/> for the ends, null for any other key.</returns>
    public static int? Step(string key, int page) => key switch
    {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "PageDown" => page,
        "PageUp" => -page,
        "Home" => int.MinValue,
        "End" => int.MaxValue,
        _ => null,
    };

    /// <param name="at">Where the selection is, −1 for nowhere.</param>
    public static int Move(int at, int step, int count) => step switch
    {
        int.MinValue => 0,
        int.MaxValue => count - 1,
        _ when at < 0 => 0,
        _ => Math.Clamp(at + step, 0, count - 1),
    };
}
