using System.Runtime.CompilerServices;

namespace KvLab.Tests.Architecture;

/// <summary>The files that this test project was compiled beside.</summary>
public static class SourceTree
{
    private static readonly char[] Separators = ['/', '\\'];

    public static string Root { get; } = FindRoot();

    /// <summary>C# and Razor files, relative to the root, without what the build makes.</summary>
    public static IEnumerable<string> Code() => Directory.EnumerateFiles(Root, "*.*", SearchOption.AllDirectories)
        .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
        .Select(f => Path.GetRelativePath(Root, f))
        .Where(f => !f.Split(Separators).Any(part => part is "bin" or "obj" || part.StartsWith('.')));

    public static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var directory = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (!File.Exists(Path.Combine(directory.FullName, "KvLab.sln"))) directory = directory.Parent!;
        return directory.FullName;
    }
}
