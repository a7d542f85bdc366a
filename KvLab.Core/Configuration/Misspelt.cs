namespace KvLab.Core.Configuration;

/// <summary>A setting that is nearly spelt like a known one would be dropped without a word; so it is found and named.</summary>
public static class Misspelt
{
    // Two letters are often swapped, and shorter names are too near to words that mean something else.
    private const int MostEdits = 2;
    private const int ShortestName = 8;

    /// <returns>The known name that was meant; null where the name is known itself, or like none.</returns>
    public static string? Meant(string name, IReadOnlyCollection<string> known)
    {
        if (known.Contains(name, StringComparer.OrdinalIgnoreCase)) return null;
        var plain = Plain(name);
        return known.FirstOrDefault(k => Plain(k) == plain)
            ?? known.Where(k => plain.Length >= ShortestName && Plain(k).Length >= ShortestName).FirstOrDefault(k => Edits(plain, Plain(k)) <= MostEdits);
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    /// <summary>Levenshtein's distance.</summary>
    private static int Edits(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > MostEdits) return MostEdits + 1;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}
