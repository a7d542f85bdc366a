namespace KvLab.Core.Recovery;

/// <summary>How a reign began.</summary>
/// <param name="Epoch">The new reign.</param>
/// <param name="Sealed">Peers that refuse older leaders now, and whose entries were merged.</param>
/// <param name="Silent">Peers that did not answer; what they alone hold is looked at when they return.</param>
/// <param name="Merged">Entries that this node took over from others.</param>
/// <param name="Keys">Keys held at the start of the reign.</param>
public sealed record ReignReport(
    string Node, long Epoch, long FirstVersion, IReadOnlyList<string> Sealed, IReadOnlyList<string> Silent, int Merged, int Keys, double ElapsedMs)
{
    /// <summary>Which acknowledged writes may be missing, because too few were heard; empty where every one is known.</summary>
    public string Doubt { get; init; } = "";
}

/// <summary>It did not come to a reign; nothing has changed but epochs that were sealed.</summary>
public sealed class ReignException : Exception
{
    public ReignException() { }
    public ReignException(string message) : base(message) { }
    public ReignException(string message, Exception inner) : base(message, inner) { }
}
