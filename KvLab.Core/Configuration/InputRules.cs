namespace KvLab.Core.Configuration;

/// <summary>What a client may send.</summary>
public static class InputRules
{
    /// <summary>Characters (UTF-16 units) of a key; at least one, none of them a control character.</summary>
    public const int LongestKey = 512;

    /// <summary>Bytes of a value as compact JSON.</summary>
    public const int LargestValue = 64 * 1024;

    /// <summary>Bytes of a request: a value and a key with room for blanks and escapes.</summary>
    public const int LargestBody = 2 * LargestValue;

    /// <summary>Levels of arrays and objects in a request, the outermost object included.</summary>
    public const int DeepestBody = 64;

    /// <summary>Levels of what nodes tell each other and the dashboard: a value as deep as is allowed, and what is around it.</summary>
    public const int DeepestAnswer = DeepestBody + 8;

    /// <summary>Fields of one object and entries of one list that something is read from; what is inside a value does not count.</summary>
    public const int MostParts = 256;

    /// <summary>Epochs and Lamport times that a client may claim: far above any real one, and far from where adding one would overflow.</summary>
    public const long LargestClock = (1L << 53) - 1;

    /// <summary>
    /// So far above the epoch that a node knows may be one that somebody claims: far more failovers than a cluster ever has between two looks, and so few that no single
    /// message can use up all epochs that there are.
    /// </summary>
    public const long LargestEpochStep = 1_000_000;

    /// <summary>The highest epoch that is believed, by a node that knows <paramref name="known"/>.</summary>
    public static long HighestEpochAfter(long known) => Math.Min(LargestClock, Math.Max(1, known) + LargestEpochStep);

    /// <summary>Null when it is a key, else the sentence that says why not.</summary>
    public static string? CheckKey(string key, string field = "key")
    {
        if (key.Length is 0 or > LongestKey) return $"{field} must have 1 to {LongestKey} characters, but has {key.Length}.";
        for (var i = 0; i < key.Length; i++)
            if (char.IsControl(key[i])) return $"{field} must not contain control characters, but character {i + 1} is U+{(int)key[i]:X4}.";
        return null;
    }
}
