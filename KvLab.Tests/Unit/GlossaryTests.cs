using System.Text.RegularExpressions;
using KvLab.Tests.Architecture;
using KvLab.Web.Glossary;
using Xunit;

namespace KvLab.Tests.Unit;

/// <summary>What the page says about its words is what docs/glossary.md says.</summary>
[Trait("Category", "Unit")]
public sealed partial class GlossaryTests
{
    private static string Root => SourceTree.Root;

    [Fact]
    public void Every_line_of_the_glossary_is_a_word_of_the_page_with_its_meaning()
    {
        var lines = File.ReadLines(Path.Combine(Root, "docs", "glossary.md")).Where(l => l.StartsWith("- ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(lines.Length, Words.All.Count);
        Assert.All(Words.All, w => Assert.EndsWith(".", w.Value, StringComparison.Ordinal));
        Assert.StartsWith("How many followers must acknowledge", Words.Of("write quorum (W)"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_word_that_the_page_explains_is_in_the_glossary()
    {
        var used = Directory.EnumerateFiles(Path.Combine(Root, "KvLab.Web", "Components"), "*.razor", SearchOption.AllDirectories)
            .SelectMany(f => Used().Matches(File.ReadAllText(f)).Select(m => m.Groups["word"].Value)).ToHashSet();
        Assert.True(used.Count >= 10, $"Only {used.Count} words are explained where they stand.");
        Assert.All(used, w => Assert.True(Words.All.ContainsKey(w), $"docs/glossary.md has no line for “{w}”."));
    }

    [Theory]
    [InlineData("Faults"), InlineData("Plans"), InlineData("Experiments"), InlineData("Scenarios"), InlineData("Reporting")]
    public void Words_are_explained_on_every_page_and_not_on_the_live_page_alone(string panels) => Assert.Contains(
        Directory.EnumerateFiles(Path.Combine(Root, "KvLab.Web", "Components", "Panels", panels), "*.razor"), f => File.ReadAllText(f).Contains("<Term ", StringComparison.Ordinal));

    [GeneratedRegex("""\bWord="(?<word>[^"@]+)" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Used();
}
