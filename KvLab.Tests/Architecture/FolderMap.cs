using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using KvLab.Core.Replication;
using KvLab.Nodes;
using KvLab.Web.Hosting;

namespace KvLab.Tests.Architecture;

/// <summary>Which folder of a project knows which: as docs/architecture.md draws it, and as the code has it.</summary>
internal static partial class FolderMap
{
    public const string RootFolder = "(root)";

    public static readonly IReadOnlyDictionary<string, System.Reflection.Assembly> Projects = new Dictionary<string, System.Reflection.Assembly>
    {
        ["KvLab.Core"] = typeof(Leader).Assembly,
        ["KvLab.Nodes"] = typeof(NodeHost).Assembly,
        ["KvLab.Web"] = typeof(WebHost).Assembly,
    };

    /// <summary>Folders that hold code, with dots, and their files.</summary>
    public static ILookup<string, string> Files(string project) => SourceTree.Code()
        .Select(f => f.Replace('\\', '/')).Where(f => f.StartsWith(project + "/", StringComparison.Ordinal))
        .ToLookup(f => Path.GetDirectoryName(f[(project.Length + 1)..]) is { Length: > 0 } folder ? folder.Replace('\\', '/').Replace('/', '.') : RootFolder);

    /// <summary>The rows of the map: what stands in a folder, and whom it may know.</summary>
    public static Dictionary<string, string[]> Drawn(string project)
    {
        var section = SourceTree.Read("docs/architecture.md").Split($"### {project}\n")[1].Split("\n### ")[0].Split("\n## ")[0];
        return Row().Matches(section).ToDictionary(
            row => row.Groups["folder"].Value, row => row.Groups["knows"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>By the compiled assembly, component tags and method bodies included; and by the lines of the source that bring in constants, which the compiler puts in their users' place.</summary>
    public static HashSet<(string From, string To)> Arrows(string project)
    {
        var files = Files(project);
        string[] folders = [.. files.Select(f => f.Key).Where(f => f != RootFolder).OrderByDescending(f => f.Length)];
        string? FolderOf(string name) =>
            !name.StartsWith(project + ".", StringComparison.Ordinal) ? null
            : folders.FirstOrDefault(f => name.StartsWith($"{project}.{f}.", StringComparison.Ordinal)) ?? RootFolder;

        var compiled =
            from type in new ArchLoader().LoadAssembly(Projects[project]).Build().Types
            from dependency in type.Dependencies
            where !IsParameter(dependency.Target)
            select (From: FolderOf(type.FullName), To: FolderOf(dependency.Target.FullName));
        var written =
            from file in files.SelectMany(f => f, (folder, file) => (Folder: folder.Key, file))
            where Path.GetFileName(file.file) != "_Imports.razor"
            from line in Using().Matches(SourceTree.Read(file.file)).Select(m => m.Groups["name"].Value)
            select (From: (string?)file.Folder, To: FolderOf(line + "."));
        return [.. compiled.Concat(written).Where(a => a.From is not null && a.To is not null && a.From != a.To).Select(a => (a.From!, a.To!))];
    }

    /// <summary>A type parameter belongs to whoever declares it, not to whoever is called with it.</summary>
    private static bool IsParameter(IType type) => type is GenericParameter;

    /// <summary>A way from a folder back to itself; null where there is none.</summary>
    public static string? Circle(IReadOnlyDictionary<string, string[]> map)
    {
        var done = new HashSet<string>();
        return map.Keys.Select(folder => Walk(folder, [])).FirstOrDefault(circle => circle is not null);

        string? Walk(string folder, List<string> way)
        {
            if (way.IndexOf(folder) is >= 0 and var at) return string.Join(" → ", way[at..].Append(folder));
            if (!done.Add(folder)) return null;
            way.Add(folder);
            var found = map.GetValueOrDefault(folder, []).Select(next => Walk(next, way)).FirstOrDefault(circle => circle is not null);
            way.RemoveAt(way.Count - 1);
            return found;
        }
    }

    [GeneratedRegex(@"^\| `(?<folder>[\w.()]+)` \|[^|\n]*\|(?<knows>[^|\n]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^@?using (static )?(\w+ = )?(?<name>KvLab\.[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Using();
}
