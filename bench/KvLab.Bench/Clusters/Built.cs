namespace KvLab.Bench.Clusters;

/// <summary>What the build left where.</summary>
internal static class Built
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="BenchException">This program was taken out of the repository.</exception>
    public static string Root { get; } = FindRoot();

    /// <summary>The path of a project's program, of the optimised build whatever this one is.</summary>
    /// <exception cref="BenchException">It is not built.</exception>
    public static string Program(string project)
    {
        var path = Path.Combine(Root, project, "bin", "Release", "net10.0", project + ".dll");
        return File.Exists(path) ? path : throw new BenchException($"{path} is missing: dotnet build -c Release {project}");
    }

    /// <summary>A file under artifacts/bench, whose folder is made.</summary>
    public static string Output(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "artifacts", "bench")).FullName, name);

    /// <summary>Waits until processes are gone that were somebody else's children, so that their ports are free again.</summary>
    /// <exception cref="BenchException">One stays.</exception>
    public static async Task GoneAsync(IEnumerable<int> processes)
    {
        var deadline = DateTime.UtcNow + Patience;
        foreach (var id in processes.Where(id => id != 0))
        {
            while (Directory.Exists($"/proc/{id}"))
            {
                if (DateTime.UtcNow > deadline) throw new BenchException($"Process {id} does not end.");
                await Task.Delay(20);
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "KvLab.sln"))) return folder.FullName;
        }

        throw new BenchException("KvLab.Bench must lie in the repository, where it finds what it measures.");
    }
}
