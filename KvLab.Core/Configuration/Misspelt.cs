namespace KvLab.Core.Configuration;

/// <summary>A setting that is nearly spelt like a known one would be dropped without a word; so it is found and named.</summary>
public static class Misspelt
{
    // Two letters are often swapped, and shorter names are too near to words that mean something else.
    private const int MostEdits = 2;
    private const int ShortestName = 8;

    // In a short name two other letters make another word: DB_SECRET is not LAB_SECRET.
    private const int ShortestForTwoEdits = 10;

    /// <returns>The known name that was meant; null where the name is known itself, or like none.</returns>
    public static string? Meant(string name, IReadOnlyCollection<string> known)
    {
        if (known.Contains(name, StringComparer.OrdinalIgnoreCase)) return null;
        var plain = Plain(name);
        return known.FirstOrDefault(k => Plain(k) == plain)
            ?? known.Where(k => plain.Length >= ShortestName && Plain(k).Length >= ShortestName)
                .Select(k => (Name: k, Edits: Edits(plain, Plain(k)), Most: Plain(k).Length < ShortestForTwoEdits ? 1 : MostEdits))
                .Where(k => k.Edits <= k.Most).OrderBy(k => k.Edits).FirstOrDefault().Name;
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    /// <summary>Damerau's distance: a letter too many, too few or another one, and two neighbours that changed places.</summary>
    private static int Edits(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > MostEdits) return MostEdits + 1;
        var edits = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) edits[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) edits[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                edits[i, j] = Math.Min(Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1, edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        }

        return edits[a.Length, b.Length];
    }
}
