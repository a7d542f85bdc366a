namespace KvLab.Core.Configuration;

/// <summary>Names in a sentence.</summary>
public static class NameList
{
    /// <summary>"follower-1, follower-2 and leader"; "none" where there are none.</summary>
    public static string And(IReadOnlyList<string> names) => names.Count switch
    {
        0 => "none",
        1 => names[0],
        _ => $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}",
    };
}
