using System.Reflection;
using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit;

namespace KvLab.Tests.Architecture;

/// <summary>
/// Time only from TimeProvider, chance only from a seed, no hop over the thread pool: the list is KvLab.Core/BannedSymbols.txt, the build
/// enforces it, and these tests check that it does, on the compiled code.
/// </summary>
[Trait("Category", "Unit")]
public sealed partial class BannedApiTests
{
    private static readonly IReadOnlyList<string> Banned =
        [.. SourceTree.Read("KvLab.Core/BannedSymbols.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(';')[0].Trim())];

    [Fact]
    public void The_list_is_wired_into_the_build_and_a_finding_is_an_error()
    {
        var project = SourceTree.Read("KvLab.Core/KvLab.Core.csproj");
        Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", project, StringComparison.Ordinal);
        Assert.Contains("<AdditionalFiles Include=\"BannedSymbols.txt\" />", project, StringComparison.Ordinal);
        Assert.Contains("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>", SourceTree.Read("Directory.Build.props"), StringComparison.Ordinal);
        string[] silencers = ["KvLab.Core/KvLab.Core.csproj", "Directory.Build.props", ".editorconfig"];
        Assert.All(silencers, file => Assert.DoesNotContain("RS0030", SourceTree.Read(file), StringComparison.Ordinal));
        Assert.All(SourceTree.Code().Where(f => f.StartsWith("KvLab.Core", StringComparison.Ordinal)), file => Assert.DoesNotContain("RS0030", SourceTree.Read(file), StringComparison.Ordinal));
    }

    /// <summary>A name that is misspelt bans nothing, silently.</summary>
    [Fact]
    public void Every_line_of_the_list_names_something_that_exists() => Assert.All(Banned, id => Assert.Contains(id, IdsOf(TypeOf(id))));

    [Fact]
    public void Core_calls_nothing_that_is_banned() => Assert.DoesNotContain(
        CallsOf(typeof(Core.Replication.Leader).Assembly), c => Banned.Contains(c.Id));

    [Fact]
    public void Core_configures_no_await() => Assert.DoesNotContain(
        CallsOf(typeof(Core.Replication.Leader).Assembly), c => c.Id.Contains(".ConfigureAwait(", StringComparison.Ordinal));

    /// <summary>The scan bites: these tests do on purpose what Core may not.</summary>
    [Fact]
    public void The_scan_sees_calls_properties_and_types()
    {
        var here = CallsOf(typeof(BannedApiTests).Assembly).Select(c => c.Id).ToHashSet();
        Assert.Contains("M:System.Threading.Tasks.Task.Run``1(System.Func{System.Threading.Tasks.Task{``0}},System.Threading.CancellationToken)", here);
        Assert.Contains("P:System.TimeProvider.System", here);
        Assert.Contains("T:System.Threading.Tasks.Task", here);
    }

    private static Type TypeOf(string id)
    {
        var name = id[2..].Split('(')[0];
        if (!id.StartsWith("T:", StringComparison.Ordinal)) name = name[..(name.EndsWith(".#ctor", StringComparison.Ordinal) ? name.LastIndexOf(".#", StringComparison.Ordinal) : name.LastIndexOf('.'))];
        return AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(name)).First(t => t is not null && t.IsPublic)!;
    }

    private static IEnumerable<string> IdsOf(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;
        yield return $"T:{type.FullName}";
        foreach (var property in type.GetProperties(all)) yield return $"P:{type.FullName}.{property.Name}";
        foreach (var method in type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)))
        {
            var name = method.IsConstructor ? "#ctor" : method.IsGenericMethodDefinition ? $"{method.Name}``{method.GetGenericArguments().Length}" : method.Name;
            var parameters = method.GetParameters();
            yield return $"M:{type.FullName}.{name}" + (parameters.Length == 0 ? "" : $"({string.Join(",", parameters.Select(p => IdOf(p.ParameterType)))})");
        }
    }

    private static string IdOf(Type type) => type.IsGenericMethodParameter ? $"``{type.GenericParameterPosition}"
        : type.IsGenericType
        ? $"{type.Namespace}.{type.Name.Split('`')[0]}{{{string.Join(",", type.GetGenericArguments().Select(IdOf))}}}"
        : type.FullName ?? type.Name;

    private static IEnumerable<(string From, string Id)> CallsOf(Assembly assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly.Location);
        foreach (var method in module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            foreach (var instruction in method.Body.Instructions)
            {
                if (instruction.Operand is not MethodReference called) continue;
                var type = called.DeclaringType.GetElementType().FullName;
                yield return (method.FullName, $"T:{type}");
                yield return (method.FullName, called.Name.StartsWith("get_", StringComparison.Ordinal) && instruction.OpCode.FlowControl == FlowControl.Call
                    ? $"P:{type}.{called.Name[4..]}"
                    : $"M:{type}.{(called.Name == ".ctor" ? "#ctor" : called.Name)}{(called is GenericInstanceMethod generic ? $"``{generic.GenericArguments.Count}" : "")}" + Parameters(called));
            }
        }
    }

    private static string Parameters(MethodReference called) =>
        called.Parameters.Count == 0 ? "" : $"({string.Join(",", called.Parameters.Select(p => IdOf(p.ParameterType)))})";

    private static string IdOf(TypeReference type) =>
        OwnParameter().Replace(Arity().Replace(type.FullName, "").Replace('<', '{').Replace('>', '}'), "``$1");

    [GeneratedRegex(@"!+(\d+)")]
    private static partial Regex OwnParameter();

    [GeneratedRegex(@"`\d+")]
    private static partial Regex Arity();
}
