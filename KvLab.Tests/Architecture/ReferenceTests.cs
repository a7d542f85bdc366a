using System.Reflection;
using KvLab.Core.Replication;
using KvLab.Nodes;
using KvLab.Web.Hosting;
using Xunit;

namespace KvLab.Tests.Architecture;

/// <summary>Web → Core, Nodes → Core, and nothing else (architecture.md).</summary>
[Trait("Category", "Unit")]
public sealed class ReferenceTests
{
    private static readonly Assembly Core = typeof(Leader).Assembly;
    private static readonly Assembly Nodes = typeof(NodeHost).Assembly;
    private static readonly Assembly Web = typeof(WebHost).Assembly;

    private static IEnumerable<string> ReferencesOf(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name!);

    [Fact]
    public void Core_knows_no_web_server_no_SignalR_and_no_user_interface() => Assert.DoesNotContain(ReferencesOf(Core), name =>
        name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.Contains("SignalR", StringComparison.Ordinal)
        || name.StartsWith("MudBlazor", StringComparison.Ordinal) || name.StartsWith("Plotly", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal) || name.StartsWith("KvLab", StringComparison.Ordinal)
        || name == "System.Net.Http" || name.StartsWith("System.Diagnostics.Process", StringComparison.Ordinal));

    [Fact]
    public void Nodes_and_Web_know_Core() =>
        Assert.All([Nodes, Web], assembly => Assert.Contains("KvLab.Core", ReferencesOf(assembly)));

    [Fact]
    public void Nodes_and_Web_do_not_know_each_other()
    {
        Assert.DoesNotContain("KvLab.Web", ReferencesOf(Nodes));
        Assert.DoesNotContain("KvLab.Nodes", ReferencesOf(Web));
    }

    [Fact]
    public void Nobody_but_the_tests_may_see_what_is_internal() => Assert.All([Core, Nodes, Web], assembly => Assert.All(
        assembly.GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>(), a => Assert.Equal("KvLab.Tests", a.AssemblyName)));
}
