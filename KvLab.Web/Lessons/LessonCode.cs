using System.Collections.Concurrent;

namespace KvLab.Web.Lessons;

/// <summary>Pieces of the repository that lessons show: files of <c>KvLab.Core</c> are inside this assembly, as they were when it was built.</summary>
public static class LessonCode
{
    private const string Prefix = "code/";

    private static readonly ConcurrentDictionary<string, string[]?> Files = new(StringComparer.Ordinal);

    /// <summary>A piece of a file, and the number of its first line, from 1.</summary>
    public sealed record Piece(int Line, string Text);

    /// <returns>Null where there is no such file or no such line in it.</returns>
    public static Piece? Find(CodeBlock block)
    {
        if (Files.GetOrAdd(block.File, Read) is not { } lines) return null;
        var first = Array.FindIndex(lines, l => l.Contains(block.From, StringComparison.Ordinal));
        return first < 0 ? null : new Piece(first + 1, Outdent([.. lines.Skip(first).Take(block.Lines)]));
    }

    private static string Outdent(string[] lines)
    {
        var margin = lines.Where(l => l.Trim().Length > 0).Select(l => l.Length - l.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', lines.Select(l => l.Length > margin ? l[margin..] : "")).TrimEnd();
    }

    private static string[]? Read(string file)
    {
        using var stream = typeof(LessonCode).Assembly.GetManifestResourceStream(Prefix + file);
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n');
    }
}
