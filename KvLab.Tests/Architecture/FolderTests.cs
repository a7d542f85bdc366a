using Xunit;

namespace KvLab.Tests.Architecture;

/// <summary>The house as docs/architecture.md draws it: one row for each folder, with the folders that it knows. Arrows never come back to where they began.</summary>
[Trait("Category", "Unit")]
public sealed class FolderTests
{
    private const int MostFiles = 20;

    public static TheoryData<string> Projects => [.. FolderMap.Projects.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_map_has_every_folder_and_every_arrow_of_the_code_and_no_other(string project)
    {
        var real = FolderMap.Arrows(project);
        var now = FolderMap.Files(project).Select(f => f.Key).Order(StringComparer.Ordinal)
            .Select(f => $"{f}: {string.Join(", ", real.Where(a => a.From == f).Select(a => a.To).Order(StringComparer.Ordinal))}");
        var drawn = FolderMap.Drawn(project).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}: {string.Join(", ", f.Value.Order(StringComparer.Ordinal))}");
        Assert.True(now.ToHashSet().SetEquals(drawn), $"docs/architecture.md must say\n  {string.Join("\n  ", now.Except(drawn))}\ninstead of\n  {string.Join("\n  ", drawn.Except(now))}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_arrow_leads_back(string project) => Assert.Null(FolderMap.Circle(
        FolderMap.Arrows(project).GroupBy(a => a.From).ToDictionary(g => g.Key, g => g.Select(a => a.To).ToArray())));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_folder_has_one_idea_and_a_name_for_it(string project)
    {
        Assert.Empty(FolderMap.Files(project).Where(f => f.Count() > MostFiles).Select(f => $"{f.Key}: {f.Count()} files"));
        string[] nameless = ["Common", "Shared", "Utils", "Helpers", "Misc"];
        Assert.Empty(FolderMap.Files(project).Where(f => f.Key.Split('.').Any(nameless.Contains)).Select(f => f.Key));
    }

    /// <summary>The rules bite.</summary>
    [Fact]
    public void What_is_known_to_be_there_is_seen()
    {
        // Inside method bodies; as a tag; as a constant.
        Assert.Contains(("Replication", "Network"), FolderMap.Arrows("KvLab.Core"));
        Assert.Contains(("Components.Layouts", "Components.Panels.Writes"), FolderMap.Arrows("KvLab.Web"));
        Assert.Equal("A → B → A", FolderMap.Circle(new Dictionary<string, string[]> { ["A"] = ["B"], ["B"] = ["C", "A"], ["C"] = [] }));
    }
}
