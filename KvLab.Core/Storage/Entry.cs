using KvLab.Core.Versioning;

namespace KvLab.Core.Storage;

/// <summary>What one replica remembers of one key.</summary>
public sealed record Entry(string Key, JsonText Value, EntryVersion Version);

/// <summary>How a store decides between what it holds and what arrives.</summary>
public enum ApplyRule
{
    /// <summary>Set if newer by (epoch, version): any order and any duplication of arrivals converge (P4).</summary>
    NewerWins,

    /// <summary>Naive mode: whoever arrives last is kept, whatever its version. A lab setting, to see what versions are for.</summary>
    LastArrivalWins,
}

public enum ApplyOutcome
{
    /// <summary>The entry is now held.</summary>
    Applied,

    /// <summary>Exactly this version was held before; nothing changed.</summary>
    Duplicate,

    /// <summary>A newer version was held before; nothing changed.</summary>
    Stale,
}

/// <param name="Outcome">What became of the entry that arrived.</param>
/// <param name="Before">What the store held just before, <see cref="EntryVersion.None"/> where it held nothing.</param>
/// <param name="Held">What the store holds now.</param>
public readonly record struct ApplyResult(ApplyOutcome Outcome, EntryVersion Before, EntryVersion Held);
