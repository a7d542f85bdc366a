using System.Text.RegularExpressions;

namespace KvLab.Web.Glossary;

/// <summary>The words of the page and what they mean: <c>docs/glossary.md</c>, which the program carries with it, so that page and docs cannot say two things.</summary>
public static partial class Words
{
    public const string Resource = "glossary.md";

    /// <summary>By word, as it stands in the file.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = Load();

    /// <exception cref="KeyNotFoundException">The file has no such word.</exception>
    public static string Of(string word) => All.TryGetValue(word, out var meaning) ? meaning : throw new KeyNotFoundException($"docs/glossary.md has no line for “{word}”.");

    private static Dictionary<string, string> Load()
    {
        using var file = typeof(Words).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} is not part of the program.");
        using var reader = new StreamReader(file);
        return Line().Matches(reader.ReadToEnd()).ToDictionary(m => m.Groups["word"].Value, m => Plain(m.Groups["meaning"].Value), StringComparer.Ordinal);
    }

    private static string Plain(string meaning) => char.ToUpperInvariant(meaning[0]) + meaning[1..].Replace("*", "", StringComparison.Ordinal);

    [GeneratedRegex(@"^- \*\*(?<word>[^*]+)\*\*: (?<meaning>.+?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
