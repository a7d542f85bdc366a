using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Core.Versioning;
using KvLab.Core.Wire;

namespace KvLab.Core.Observation.Snapshots;

public sealed partial class Explain
{
    /// <summary>One sentence for a write as a whole.</summary>
    public string Write(WriteView write)
    {
        var what = $"{V(write.Version)} of {Unseen.Shown(write.Key)}";
        var pending = write.Deliveries.Count(d => d.Outcome == DeliveryOutcome.Pending);
        var rest = pending > 0 ? $"; {Count(pending, "delivery", "deliveries")} still under way" : "";
        if (write.Status is null)
        {
            var acked = write.Deliveries.Count(d => d.Outcome is DeliveryOutcome.Applied or DeliveryOutcome.Superseded or DeliveryOutcome.Duplicate);
            return write.Reason == LeaderEnded
                ? $"how {what} was answered is not known: the leader stopped before it reported an answer, when {acked} of {OfFollowers(write)} were known to have acknowledged."
                : $"{what} waits for its {Ordinal(Math.Max(1, FollowerAcks(write)))} ack: {acked} of {OfFollowers(write)} have acknowledged.";
        }
        if (write.Status == WriteStatus.Success)
        {
            return FollowerAcks(write) == 0
                ? $"{what} was answered with success{After(write.ElapsedMs)} without waiting for a follower ({Rule(write.Required, write.LeaderCounted)}){rest}."
                : $"{what} was answered with success{After(write.ElapsedMs)}, when {write.Acks} of {Required(write.Required, write.LeaderCounted)} had acknowledged{rest}.";
        }
        return $"{what} was answered with partial success{After(write.ElapsedMs)}: only {write.Acks} of {Required(write.Required, write.LeaderCounted)} had acknowledged, because {Shortfall(write.Reason)}; it is not undone{rest}.";
    }

    // By the rule that the write began with, whatever the setting is now.
    private static int FollowerAcks(WriteView write) => Math.Max(0, write.Required - (write.LeaderCounted ? 1 : 0));

    private static string OfFollowers(WriteView write) => $"{FollowerAcks(write)} required followers";

    private static string Required(int required, bool leaderCounted) => leaderCounted ? $"{required} required replicas (the leader counted)" : $"{required} required followers";

    private static string Rule(int required, bool leaderCounted) => leaderCounted ? $"W = {required}, the leader counted" : $"W = {required}";

    /// <summary>One sentence for what became of a write at one follower.</summary>
    public string Delivery(WriteView write, DeliveryView delivery)
    {
        var what = $"{V(write.Version)} of {Unseen.Shown(write.Key)}";
        var facts = $"{After(delivery.CompletedMs)}{(delivery.Attempts > 1 ? $", on attempt {delivery.Attempts}" : "")}";
        var late = delivery.Late ? "; this was late, after the client was answered" : "";
        return delivery.Outcome switch
        {
            DeliveryOutcome.Pending =>
                $"pending: {what} is on its way to {N(delivery.Follower)}, with a simulated delay of {Ms(delivery.DelayMs)}{(delivery.Attempts > 1 ? $" (attempt {delivery.Attempts})" : "")}.",
            DeliveryOutcome.Applied => $"applied: {N(delivery.Follower)} stored {what}{(delivery.StoredMs is { } ms ? $" (storage: {Ms(ms)})" : "")} and acked{facts}{late}.",
            DeliveryOutcome.Replaced =>
                $"replaced: {what} is no longer sent to {N(delivery.Follower)}, because {Why(DeliveryReason.Superseded)}; {N(delivery.Follower)} has refused nothing{late}.",
            DeliveryOutcome.Superseded => $"refused as stale: {Superseded(write.Version, write.Key, delivery)}; it still acked{facts}, because its copy is newer{late}.",
            DeliveryOutcome.Duplicate => $"duplicate: {N(delivery.Follower)} already held {what} when it arrived again, and acked{facts}{late}.",
            DeliveryOutcome.Lost => $"lost: {N(delivery.Follower)} had acked {what}, but does not hold it any more.",
            _ => $"failed{facts}{(delivery.Late ? ", after the client was answered" : "")}: {N(delivery.Follower)} is not known to have stored {what}, because {Failure(delivery.Reason)}; it may have done so.",
        };
    }

    private string Superseded(EntryVersion version, string key, DeliveryView delivery) =>
        $"{N(delivery.Follower)} already holds {V(delivery.Held)} of {Unseen.Shown(key)}, and was sent {V(version)}, {Older(version, delivery.Held)}";
}
