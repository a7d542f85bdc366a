using System.Diagnostics;

namespace KvLab.Web.Supervision;

/// <summary>Where the nodes' program lies and how to start it. It is built with the dashboard into the folder <c>nodes</c> beside it.</summary>
internal static class NodeProgram
{
    private const string Name = "KvLab.Nodes";

    /// <exception cref="FileNotFoundException">It is in none of the usual places.</exception>
    public static ProcessStartInfo StartInfo(string? nodesPath)
    {
        // Beside: a test project that has both programs in one folder.
        string[] folders = nodesPath is null ? [Path.Combine(AppContext.BaseDirectory, "nodes"), AppContext.BaseDirectory] : [nodesPath];
        foreach (var folder in folders)
        {
            var library = Path.Combine(folder, Name + ".dll");
            var program = Path.Combine(folder, OperatingSystem.IsWindows() ? Name + ".exe" : Name);
            if (File.Exists(program)) return new ProcessStartInfo(program);
            if (File.Exists(library)) return new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet") { ArgumentList = { library } };
        }
        throw new FileNotFoundException(
            $"The nodes' program {Name} is not in {string.Join(" nor in ", folders)}. Build the solution, or set Cluster:NodesPath to its folder.");
    }
}
