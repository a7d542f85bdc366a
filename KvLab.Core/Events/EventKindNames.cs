using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace KvLab.Core.Events;

/// <summary>The names of the kinds as they stand in REST, logs and on screen: <c>write_accepted</c>.</summary>
public static class EventKindNames
{
    private static readonly FrozenDictionary<EventKind, string> Names = Enum.GetValues<EventKind>().ToFrozenDictionary(
        kind => kind,
        kind => typeof(EventKind).GetField(kind.ToString())?.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? kind.ToString());

    private static readonly FrozenDictionary<string, EventKind> Kinds =
        Names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.OrdinalIgnoreCase);

    public static string NameOf(EventKind kind) => Names.GetValueOrDefault(kind) ?? kind.ToString();

    public static bool TryParse(string name, out EventKind kind) => Kinds.TryGetValue(name, out kind);

    /// <summary>All names in the order of the protocol.</summary>
    public static IEnumerable<string> All => Enum.GetValues<EventKind>().Select(NameOf);
}
