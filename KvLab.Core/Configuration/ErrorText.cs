namespace KvLab.Core.Configuration;

/// <summary>How much of an input an error repeats: an answer must not grow with what was sent.</summary>
public static class ErrorText
{
    /// <summary>UTF-16 units of a name or value that somebody sent.</summary>
    public const int LongestName = 80;

    /// <summary>UTF-16 units of one sentence about a field.</summary>
    public const int LongestSentence = 2_000;

    /// <summary>UTF-16 units of everything that one answer says in a row.</summary>
    public const int LongestDetail = 16_000;

    /// <summary>The beginning of a longer text ends in an ellipsis, and never within a character.</summary>
    public static string Short(string text, int most = LongestName)
    {
        if (text.Length <= most) return text;
        var end = most - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "…");
    }
}
