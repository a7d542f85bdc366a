using KvLab.Core.Failover;

namespace KvLab.Web.Failover;

/// <summary>How a failover went.</summary>
/// <param name="From">The leader before; null where none was known.</param>
/// <param name="Reason"><c>by hand</c>, or why the automatic rule acted.</param>
/// <param name="Sealed">Nodes that answered: they refuse the old leader, and what they held was merged.</param>
/// <param name="Silent">Nodes that did not; what they alone hold is looked at when they return.</param>
/// <param name="Merged">Entries that the new leader took over from others.</param>
/// <param name="Safe">Whether each acknowledged write that the ledger tracks is held by a node that was asked.</param>
/// <param name="Note">That in words, with the writes at risk.</param>
public sealed record FailoverReport(
    string? From, string To, long Epoch, long FirstVersion, IReadOnlyList<string> Sealed, IReadOnlyList<string> Silent, int Merged, int Keys,
    double ElapsedMs, string Reason, bool Safe, string Note, DateTimeOffset At)
{
    /// <summary>Acknowledged writes that none of the nodes holds that were asked.</summary>
    public int AtRisk { get; init; }

    /// <summary>The latest of them, at most <see cref="FailoverRisk.MostNamed"/>.</summary>
    public IReadOnlyList<RiskedWrite> Writes { get; init; } = [];
}

/// <summary>The supervisor's failover. A lab's, no consensus protocol: the dashboard says who leads, and is itself a single point that may fail.</summary>
public interface IFailover
{
    FailoverPolicy Policy { get; }

    /// <summary>The latest one first, at most ten.</summary>
    IReadOnlyList<FailoverReport> History { get; }

    void Change(FailoverPolicy policy);

    /// <summary>What a promotion would put at risk now. Nothing is changed.</summary>
    /// <exception cref="Problems.CommandException">As for the promotion.</exception>
    Task<FailoverRisk> RiskAsync(string? to, CancellationToken cancellation = default);

    /// <param name="to">A follower, or null for the one that has seen the newest (epoch, version).</param>
    /// <param name="seen">The epoch that whoever asks had before the eyes; null for whatever it is. Where a newer one has begun nothing is done.</param>
    /// <param name="force">Goes on where too few nodes answer to know every acknowledged write: those that only the silent ones hold may be lost.</param>
    /// <returns>Of the failover that was under way already, where this asks for no other leader.</returns>
    /// <exception cref="Problems.CommandException">404 for an unknown node, 409 where it cannot lead, acknowledged writes may be lost or another failover came first, 503 when no follower answers.</exception>
    Task<FailoverReport> FailOverAsync(string? to, long? seen = null, bool force = false, CancellationToken cancellation = default);

    /// <summary>Raised after every change of the policy and every failover.</summary>
    event Action? Changed;
}
