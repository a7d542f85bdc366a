using KvLab.Core.Versioning;

namespace KvLab.Nodes.Storage;

/// <summary>What a back end found when it was opened.</summary>
/// <param name="Kept">The highest epoch and counter that were ever seen there.</param>
/// <param name="IsNew">Nothing lay there, so everything was made: no entry of an earlier time is left.</param>
public readonly record struct Opened(EntryVersion Kept, bool IsNew);
