namespace KvLab.Web.Failover;

/// <summary>How a failover went.</summary>
/// <param name="From">The leader before; null where none was known.</param>
/// <param name="Reason"><c>by hand</c>, or why the automatic rule acted.</param>
/// <param name="Sealed">Nodes that answered: they refuse the old leader, and what they held was merged.</param>
/// <param name="Silent">Nodes that did not; what they alone hold is looked at when they return.</param>
/// <param name="Merged">Entries that the new leader took over from others.</param>
/// <param name="Safe">Whether every acknowledged write must have survived: fewer nodes were silent than had to confirm each write.</param>
/// <param name="Note">That in words.</param>
public sealed record FailoverReport(
    string? From, string To, long Epoch, long FirstVersion, IReadOnlyList<string> Sealed, IReadOnlyList<string> Silent, int Merged, int Keys,
    double ElapsedMs, string Reason, bool Safe, string Note, DateTimeOffset At);

/// <summary>The supervisor's failover. A lab's, no consensus protocol: the dashboard says who leads, and is itself a single point that may fail.</summary>
public interface IFailover
{
    FailoverPolicy Policy { get; }

    /// <summary>The latest one first, at most ten.</summary>
    IReadOnlyList<FailoverReport> History { get; }

    void Change(FailoverPolicy policy);

    /// <param name="to">A follower, or null for the one that has seen the newest (epoch, version).</param>
    /// <param name="force">Goes on where too few nodes answer to know every acknowledged write: those that only the silent ones hold may be lost.</param>
    /// <exception cref="Commands.CommandException">404 for an unknown node, 409 where it cannot lead or acknowledged writes may be lost, 503 when no follower answers.</exception>
    Task<FailoverReport> FailOverAsync(string? to, bool force = false, CancellationToken cancellation = default);

    /// <summary>Raised after every change of the policy and every failover.</summary>
    event Action? Changed;
}
