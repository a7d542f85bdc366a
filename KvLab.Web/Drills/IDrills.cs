namespace KvLab.Web.Drills;

/// <summary>Lessons that run by themselves, one at a time.</summary>
public interface IDrills
{
    /// <summary>What is being done just now; null when no drill runs.</summary>
    string? Doing { get; }

    /// <summary>The latest one first, at most ten.</summary>
    IReadOnlyList<DrillReport> History { get; }

    /// <summary>
    /// Writes with this W so that one follower confirms before the others, kills the leader and that follower at once, fails over, and asks the ledger
    /// what became of the writes. Then both are started again and W is as it was.
    /// </summary>
    /// <param name="writeQuorum">1 … the number of followers.</param>
    /// <exception cref="Problems.CommandException">400 for a wrong W, 409 when a drill runs or the cluster is not whole.</exception>
    Task<DrillReport> DurabilityAsync(int writeQuorum, CancellationToken cancellation = default);

    /// <summary>Raised after every step.</summary>
    event Action? Changed;
}
