using KvLab.Core.Durability;

namespace KvLab.Web.Drills;

/// <summary>How a durability drill went: what was done, and what the ledger said of its writes then.</summary>
/// <param name="WriteQuorum">W of the drill's writes.</param>
/// <param name="Killed">The leader, and the follower that had acknowledged first.</param>
/// <param name="Promoted">Who led afterwards.</param>
/// <param name="Lost">Writes that no replica held any more.</param>
/// <param name="Verdict">One sentence with the rule behind it.</param>
/// <param name="Steps">What was done, in order.</param>
public sealed record DrillReport(
    int WriteQuorum, int Followers, IReadOnlyList<string> Killed, string Promoted, IReadOnlyList<DurabilityRow> Writes, int Lost,
    string Verdict, IReadOnlyList<string> Steps, double ElapsedMs, DateTimeOffset At)
{
    /// <summary>What others changed meanwhile; empty: nothing disturbed it.</summary>
    public IReadOnlyList<string> Disturbances { get; init; } = [];
}

/// <summary>A drill as it stands.</summary>
/// <param name="Doing">What is being done just now; null when it is over.</param>
/// <param name="Report">Null until it has come to its end.</param>
public sealed record Drill(string Id, string? Doing = null, DrillReport? Report = null);
