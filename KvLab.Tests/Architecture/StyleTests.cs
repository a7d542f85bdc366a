using System.Text.RegularExpressions;
using Xunit;

namespace KvLab.Tests.Architecture;

/// <summary>MudBlazor and its theme say how the page looks; own style sheets only what is drawn by hand. So they stay small, and nothing in them is left over.</summary>
[Trait("Category", "Unit")]
public sealed partial class StyleTests
{
    private const int MostBytes = 20 * 1024;

    private static readonly string Web = Path.Combine(SourceTree.Root, "KvLab.Web");

    private static FileInfo[] Sheets => new DirectoryInfo(Path.Combine(Web, "wwwroot", "css")).GetFiles("*.css");

    [Fact]
    public void The_style_sheets_have_fewer_than_20_kilobytes_in_all()
    {
        Assert.NotEmpty(Sheets);
        Assert.InRange(Sheets.Sum(s => s.Length), 1, MostBytes - 1);
    }

    [Fact]
    public void Every_class_that_a_style_sheet_names_is_given_to_something()
    {
        var scripts = Directory.EnumerateFiles(Path.Combine(Web, "wwwroot", "js"), "*.js").Select(File.ReadAllText);
        var given = string.Join('\n', [.. Code.Select(SourceTree.Read), .. scripts]);
        var named = Sheets.SelectMany(s => OwnClass().Matches(Comment().Replace(File.ReadAllText(s.FullName), "")).Select(m => m.Value)).Distinct().ToList();
        Assert.True(named.Count > 50);
        Assert.DoesNotContain(named, name => !Regex.IsMatch(given, $@"(?<![\w-]){name}(?![\w-])"));
    }

    /// <summary>An inline style says only where something is or how much of it there is: numbers that a rule asks for.</summary>
    [Fact]
    public void No_rule_hides_in_the_markup() =>
        Assert.Empty(Code.Where(f => f.EndsWith(".razor", StringComparison.Ordinal)).SelectMany(f => Hidden().Matches(SourceTree.Read(f)).Select(m => $"{f}: {m.Value}")));

    private static IEnumerable<string> Code => SourceTree.Code().Where(f => f.StartsWith("KvLab.Web", StringComparison.Ordinal));

    [GeneratedRegex(@"(?<=\.)kv-[a-z-]+")]
    private static partial Regex OwnClass();

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex("""<style|\s[sS]tyle="(?!@|--)[^"]*"?""")]
    private static partial Regex Hidden();
}
