using KvLab.Core.Versioning;

namespace KvLab.Core.Storage;

/// <summary>Everything that one replica held when it was asked.</summary>
/// <param name="Entries">Null when it did not answer.</param>
/// <param name="Highest">The highest epoch and the highest counter that it has ever seen, also of entries that it no longer holds.</param>
public sealed record ReplicaDump(string Node, IReadOnlyDictionary<string, Entry>? Entries, EntryVersion Highest = default);
