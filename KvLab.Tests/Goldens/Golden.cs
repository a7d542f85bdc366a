using KvLab.Tests.Architecture;
using Xunit;

namespace KvLab.Tests.Goldens;

/// <summary>
/// Files that say what a build did, line by line. A test compares what this build does, and says in words where the first difference is.
/// With KVLAB_WRITE_GOLDENS=1 it writes the files anew instead: only for a change that is wanted, in a commit of its own.
/// </summary>
internal static class Golden
{
    private const string Rewrite = "KVLAB_WRITE_GOLDENS";
    private const int LongestShown = 400;

    public static string Folder { get; } = Path.Combine(SourceTree.Root, "KvLab.Tests", "Goldens", "Files");

    private static bool Rewrites => Environment.GetEnvironmentVariable(Rewrite) == "1";

    /// <param name="hint">What a reader should know of a line that differs, by its index among <paramref name="now"/>.</param>
    public static void Check(string file, IReadOnlyList<string> now, Func<int, string?>? hint = null)
    {
        var path = Path.Combine(Folder, file);
        if (Rewrites)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, string.Join('\n', now) + "\n");
            return;
        }

        Assert.True(File.Exists(path), $"There is no golden {file}. {Rewrite}=1 writes it.");
        var before = File.ReadAllText(path).TrimEnd('\n').Split('\n');
        if (FirstDifference(before, now, hint) is { } difference) Assert.Fail($"{file}: {difference}");
    }

    /// <returns>Null when all is as it was.</returns>
    public static string? FirstDifference(IReadOnlyList<string> before, IReadOnlyList<string> now, Func<int, string?>? hint = null)
    {
        var at = 0;
        while (at < before.Count && at < now.Count && before[at] == now[at]) at++;
        if (at == before.Count && at == now.Count) return null;
        return $"the first difference is in line {at + 1}."
            + $"\n  before: {Shown(before, now, at)}\n  now:    {Shown(now, before, at)}"
            + (hint?.Invoke(at) is { } more ? $"\n{more}" : "")
            + $"\nIf this is wanted: {Rewrite}=1, and a commit of its own that says why.";
    }

    /// <summary>The line, long ones from shortly before the place where they differ.</summary>
    private static string Shown(IReadOnlyList<string> lines, IReadOnlyList<string> others, int at)
    {
        if (at >= lines.Count) return "(nothing more)";
        var line = lines[at];
        if (line.Length <= LongestShown) return line;
        var other = at < others.Count ? others[at] : "";
        var same = 0;
        while (same < line.Length && same < other.Length && line[same] == other[same]) same++;
        var from = Math.Max(0, same - LongestShown / 4);
        var to = Math.Min(from + LongestShown, line.Length);
        return $"{(from > 0 ? "…" : "")}{line[from..to]}{(to < line.Length ? "…" : "")}";
    }

    /// <summary>The heading that a line stands under; null where there is none.</summary>
    public static string? Heading(IReadOnlyList<string> lines, int line) =>
        lines.Take(line + 1).LastOrDefault(l => l.StartsWith("===", StringComparison.Ordinal));

    /// <summary>Short, and still no two different texts of a test have it in common.</summary>
    public static string Hash(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)).AsSpan(0, 10));
}
