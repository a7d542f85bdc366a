using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

/// <summary>What the leader knows of one follower, as of one moment.</summary>
/// <param name="Pending">Writes whose outcome at this follower is still open, those that are tried again included.</param>
/// <param name="NewestAcked">The newest version that it confirmed. Acks come out of order, so older ones may still be pending.</param>
/// <param name="Acked">Writes that it confirmed.</param>
/// <param name="Superseded">Those of them that it refused as stale.</param>
/// <param name="FailedAttempts">Attempts that failed, each counted.</param>
/// <param name="Abandoned">Writes that are not tried again.</param>
/// <param name="LastFailure">A sentence about the latest failed attempt; null while the latest attempt succeeded.</param>
public sealed record FollowerProgress(
    string Id, string Url, int Pending, EntryVersion NewestAcked, long Acked, long Superseded, long FailedAttempts, long Abandoned, string? LastFailure);

/// <param name="WritesInFlight">Clients that wait for an answer.</param>
/// <param name="PendingDeliveries">Outcomes that are still open, over all followers.</param>
public sealed record LeaderStatus(int WritesInFlight, int PendingDeliveries, IReadOnlyList<FollowerProgress> Followers)
{
    /// <summary>No write in flight, no delivery pending: replicas may be compared.</summary>
    public bool Quiescent => WritesInFlight == 0 && PendingDeliveries == 0;
}

/// <summary>What a stopping leader could not deliver.</summary>
/// <param name="Left">Open deliveries by follower id; empty when everything was drained.</param>
public sealed record DrainReport(IReadOnlyDictionary<string, int> Left)
{
    public int Total => Left.Values.Sum();

    public override string ToString() => Total == 0
        ? "everything was delivered"
        : $"{Total} deliveries were left: " + string.Join(", ", Left.Select(l => $"{l.Value} to {l.Key}"));
}
