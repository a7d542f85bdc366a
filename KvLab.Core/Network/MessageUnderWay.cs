using KvLab.Core.Versioning;
using KvLab.Core.Waiting;

namespace KvLab.Core.Network;

/// <summary>A write on its way from a leader to a follower, on a clock on which somebody chooses what happens next.</summary>
public sealed record MessageUnderWay(string From, string To, string Key, EntryVersion Version, int Attempt) : Purpose
{
    /// <summary>What the link does to this message alone when it arrives, whatever else is set for the link; null: nothing beside that.</summary>
    public LinkFaults? Fate { get; set; }

    public string Name => $"{Version} of {Key}{(Attempt > 1 ? $" (attempt {Attempt})" : "")}";

    public override string Sentence => $"{Name} arrives at {To}.";
}
