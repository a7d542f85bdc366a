namespace KvLab.Core.Configuration;

/// <summary>k2 before k10: runs of digits compare as numbers, the rest by character. A total order: different texts never compare equal.</summary>
public sealed class NaturalOrder : IComparer<string>
{
    public static readonly NaturalOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        if (ReferenceEquals(x, y)) return 0;
        if (x is null) return -1;
        if (y is null) return 1;
        var (i, j) = (0, 0);
        while (i < x.Length && j < y.Length)
        {
            if (char.IsAsciiDigit(x[i]) && char.IsAsciiDigit(y[j]))
            {
                var a = Digits(x, ref i);
                var b = Digits(y, ref j);
                var byNumber = a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
                if (byNumber != 0) return byNumber;
            }
            else
            {
                var byCharacter = x[i++].CompareTo(y[j++]);
                if (byCharacter != 0) return byCharacter;
            }
        }
        var byRest = (x.Length - i).CompareTo(y.Length - j);
        // k01 and k1 are equal as numbers, but two keys.
        return byRest != 0 ? byRest : string.CompareOrdinal(x, y);
    }

    /// <summary>The run of digits that starts here, without leading zeros.</summary>
    private static ReadOnlySpan<char> Digits(string text, ref int index)
    {
        var start = index;
        while (index < text.Length && char.IsAsciiDigit(text[index])) index++;
        var run = text.AsSpan(start, index - start);
        return run.TrimStart('0');
    }
}
