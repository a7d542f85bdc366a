using KvLab.Core.Control;
using KvLab.Core.Versioning;

namespace KvLab.Core.Scenarios;

/// <summary>A read of a story against what its clients had been promised when it began.</summary>
public sealed record JudgedRead(ReadSeen Seen, IReadOnlyList<EntryVersion> Promised)
{
    private int Missed => Promised.Count(p => p > Seen.Version);

    public ReadKind Kind => Seen.Problem is not null ? ReadKind.Unanswered : Missed > 0 ? ReadKind.Stale : ReadKind.Fresh;

    /// <summary>For people.</summary>
    public string Describe() => Kind == ReadKind.Unanswered ? $"no answer: {Seen.Problem}"
        : $"{Seen.Node} said {(Seen.Version.IsNone ? "that it holds nothing" : $"{Seen.Value} ({Seen.Version})")}, {(Missed == 0 ? Seen.Version.IsNone ? "fresh: no write of this key was acknowledged before" : "fresh" : $"stale by {Missed} {(Missed == 1 ? "write" : "writes")}")}";
}
