using System.Collections.Immutable;

namespace KvLab.Web.Lessons;

/// <summary>The lessons that come with KvLab: the files in <c>KvLab.Web/Lessons</c>, which are inside this assembly.</summary>
public static class LessonLibrary
{
    private const string Prefix = "lessons/";
    private const string Ending = ".md";

    /// <summary>The order in which one builds on the other; what is not in it comes after.</summary>
    private static readonly string[] Course =
    [
        "why-copies", "a-writes-life", "quorum-and-latency", "out-of-order-and-versions", "what-a-promise-is-worth", "reading-from-copies", "a-partition", "catching-up", "a-leader-that-dies",
    ];

    private static readonly Lazy<ImmutableArray<Lesson>> Read = new(() =>
    [
        .. typeof(LessonLibrary).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(Load)
            .OrderBy(l => Array.IndexOf(Course, l.Name) is >= 0 and var place ? place : Course.Length).ThenBy(l => l.Name, StringComparer.Ordinal),
    ]);

    public static ImmutableArray<Lesson> All => Read.Value;

    /// <returns>Null where there is none of this name.</returns>
    public static Lesson? Find(string name) => All.FirstOrDefault(l => l.Name == name);

    private static Lesson Load(string resource)
    {
        using var reader = new StreamReader(typeof(LessonLibrary).Assembly.GetManifestResourceStream(resource)!);
        return Lesson.Parse(reader.ReadToEnd(), resource[Prefix.Length..^Ending.Length]);
    }
}
