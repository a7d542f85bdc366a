using KvLab.Web.Leases;

namespace KvLab.Web.Runs;

/// <summary>How a run is called.</summary>
/// <param name="What">For people who come too early, such as <c>Scenario freeze</c>; null: its kind and its id.</param>
/// <param name="Prefix">Begins the id, before a number; null: its kind.</param>
/// <param name="Id">Null: made of the prefix.</param>
internal sealed record RunName(string? What = null, string? Prefix = null, string? Id = null)
{
    /// <summary>It runs in the simulator: beside everything else, and it neither has the cluster nor waits for it.</summary>
    public bool Simulated { get; init; }
}

/// <summary>What a run is given for as long as it lasts.</summary>
/// <param name="Held">The cluster, which it has for itself; null for what runs beside others or in the simulator.</param>
/// <param name="Tell">Takes each new state.</param>
/// <param name="Show">Takes what is asked for the state from here on, whenever somebody looks: for those whose state changes with every write.</param>
/// <param name="Cancellation">It is to end and to put back what it changed: somebody cancelled it or took the cluster over, or the dashboard ends.</param>
internal sealed record RunTurn<T>(string Id, HeldLease? Held, Action<T> Tell, Action<Func<T>> Show, CancellationToken Cancellation);
