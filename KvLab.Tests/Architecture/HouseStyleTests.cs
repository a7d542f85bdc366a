using System.Reflection;
using Xunit;

namespace KvLab.Tests.Architecture;

/// <summary>What reviewers would otherwise have to say again and again (habits.md).</summary>
[Trait("Category", "Unit")]
public sealed class HouseStyleTests
{
    private const int LongFile = 250;
    private const int TooLongFile = 300;

    [Fact]
    public void Files_are_short()
    {
        var lengths = SourceTree.Code().Select(file => (File: file, Lines: File.ReadLines(Path.Combine(SourceTree.Root, file)).Count())).ToList();
        foreach (var (file, lines) in lengths.Where(l => l.Lines > LongFile).OrderByDescending(l => l.Lines))
            TestContext.Current.SendDiagnosticMessage($"{file} has {lines} lines; past {LongFile} a type is split by concern.");
        Assert.Empty(lengths.Where(l => l.Lines > TooLongFile).Select(l => $"{l.File}: {l.Lines} lines"));
    }

    [Fact]
    public void The_roles_are_leader_and_follower() => Assert.Empty(
        from file in SourceTree.Code()
        where !file.StartsWith("KvLab.Tests", StringComparison.Ordinal)
        let text = SourceTree.Read(file)
        where text.Contains("slave", StringComparison.OrdinalIgnoreCase) || text.Contains("master", StringComparison.OrdinalIgnoreCase)
        select file);

    [Fact]
    public void Nothing_is_left_to_be_done_later() => Assert.Empty(
        from file in SourceTree.Code()
        where !file.EndsWith("HouseStyleTests.cs", StringComparison.Ordinal)
        from line in SourceTree.Read(file).Split('\n').Index()
        where line.Item.Contains("TODO", StringComparison.Ordinal) || line.Item.Contains("FIXME", StringComparison.Ordinal)
            || line.Item.Contains("NotImplementedException", StringComparison.Ordinal)
        select $"{file}:{line.Index + 1}");

    [Fact]
    public void Every_test_has_a_category() => Assert.Empty(
        from type in typeof(HouseStyleTests).Assembly.GetTypes()
        where !type.IsAbstract
        from method in type.GetMethods()
        where method.GetCustomAttribute<FactAttribute>() is { Explicit: false }
        where !Categories(type, method).Any(c => c is "Unit" or "Component" or "Scenario" or "Process" or "Browser")
        select $"{type.FullName}.{method.Name}");

    /// <summary><c>test.sh</c> leaves those out; any other would count as skipped, which CI does not allow.</summary>
    [Fact]
    public void What_is_only_run_by_hand_is_marked_as_a_demo() => Assert.Empty(
        from type in typeof(HouseStyleTests).Assembly.GetTypes()
        from method in type.GetMethods()
        where method.GetCustomAttribute<FactAttribute>() is { Explicit: true }
        where !Categories(type, method).Contains("Demo")
        select $"{type.FullName}.{method.Name}");

    private static IEnumerable<string?> Categories(Type type, MethodInfo method) =>
        from attribute in type.CustomAttributes.Concat(method.CustomAttributes)
        where attribute.AttributeType == typeof(TraitAttribute) && (string?)attribute.ConstructorArguments[0].Value == "Category"
        select (string?)attribute.ConstructorArguments[1].Value;
}
