namespace KvLab.Core.Events;

/// <summary>The other ends of a call to another node, as far as its answer told of them.</summary>
/// <param name="SentLamport">The caller's Lamport time when it asked.</param>
/// <param name="ArrivedLamport">The other node's when the question arrived; null where no answer came.</param>
/// <param name="ArrivedNs">When it arrived there: on the caller's own event clock where both run on one machine, else raw monotonic time of the other's boot.</param>
/// <param name="BootId">The other's boot; null where it is the caller's own.</param>
public sealed record CallFacts(long SentLamport, long? ArrivedLamport = null, long? ArrivedNs = null, string? BootId = null);
