using System.Text.Json.Serialization;

namespace KvLab.Core.Configuration;

/// <summary>The names of an enum's values as JSON has them, for reading them elsewhere and for listing them in an error.</summary>
public static class EnumNames
{
    /// <summary><c>a, b or c</c>.</summary>
    public static string ListOf<T>() where T : struct, Enum => Table<T>.List;

    public static string NameOf<T>(T value) where T : struct, Enum => Table<T>.Names[value];

    /// <summary>In any case.</summary>
    public static bool TryParse<T>(string text, out T value) where T : struct, Enum => Table<T>.Values.TryGetValue(text, out value);

    private static class Table<T> where T : struct, Enum
    {
        public static readonly Dictionary<string, T> Values = typeof(T).GetFields()
            .Where(f => f.IsLiteral)
            .ToDictionary(
                f => ((JsonStringEnumMemberNameAttribute?)Attribute.GetCustomAttribute(f, typeof(JsonStringEnumMemberNameAttribute)))?.Name ?? f.Name,
                f => Enum.Parse<T>(f.Name),
                StringComparer.OrdinalIgnoreCase);

        public static readonly Dictionary<T, string> Names = Values.ToDictionary(v => v.Value, v => v.Key);

        public static readonly string List = Values.Count == 1
            ? Values.Keys.First()
            : string.Join(", ", Values.Keys.SkipLast(1)) + " or " + Values.Keys.Last();
    }
}
