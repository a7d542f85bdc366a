using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Core.Versioning;
using KvLab.Core.Wire;

namespace KvLab.Web.State;

public static partial class Explain
{
    /// <summary>One sentence for a write as a whole.</summary>
    public static string Write(WriteView write)
    {
        var what = $"{write.Version} of {Unseen.Shown(write.Key)}";
        var pending = write.Deliveries.Count(d => d.Outcome == DeliveryOutcome.Pending);
        var rest = pending > 0 ? $"; {Count(pending, "delivery", "deliveries")} still under way" : "";
        if (write.Status is null)
        {
            var acked = write.Deliveries.Count(d => d.Outcome is DeliveryOutcome.Applied or DeliveryOutcome.Superseded or DeliveryOutcome.Duplicate);
            return write.Reason == LeaderEnded
                ? $"{what} was never answered: the leader ended while the client waited, with {acked} of {write.Required} required acks."
                : $"{what} waits for its {Ordinal(Math.Max(1, write.Required))} ack: {acked} of {write.Required} required followers have confirmed.";
        }
        if (write.Status == WriteStatus.Success)
        {
            return write.Required == 0
                ? $"{what} was answered as success{After(write.ElapsedMs)} without waiting for a follower (W = 0){rest}."
                : $"{what} was answered as success{After(write.ElapsedMs)}, when {write.Acks} of {write.Required} required followers had confirmed{rest}.";
        }
        return $"{what} was answered as partial success{After(write.ElapsedMs)}: only {write.Acks} of {write.Required} required followers had confirmed, because {Shortfall(write.Reason)}; it is not undone{rest}.";
    }

    private static string Shortfall(string? reason) => reason switch
    {
        "quorum_unreachable" => "so many followers failed that no wait could help",
        "deadline" => "the deadline passed",
        "shutdown" => "the leader shut down",
        "cleared" => "the lab was reset",
        null or "" => "too few confirmed in time",
        _ => reason,
    };

    /// <summary>One sentence for what became of a write at one follower.</summary>
    public static string Delivery(WriteView write, DeliveryView delivery)
    {
        var what = $"{write.Version} of {Unseen.Shown(write.Key)}";
        var facts = $"{After(delivery.CompletedMs)}{(delivery.Attempts > 1 ? $", at attempt {delivery.Attempts}" : "")}";
        var late = delivery.Late ? "; this was in the background, after the client had its answer" : "";
        return delivery.Outcome switch
        {
            DeliveryOutcome.Pending =>
                $"pending: {what} is on its way to {delivery.Follower}, with a simulated delay of {Ms(delivery.DelayMs)}{(delivery.Attempts > 1 ? $" (attempt {delivery.Attempts})" : "")}.",
            DeliveryOutcome.Applied => $"applied: {delivery.Follower} stored {what}{(delivery.StoredMs is { } ms ? $", which took its storage {Ms(ms)}," : "")} and acked{facts}{late}.",
            // Given up by the leader, not refused by the follower: nobody asked it what it holds.
            DeliveryOutcome.Superseded when delivery.Held.IsNone =>
                $"superseded: {what} goes to {delivery.Follower} no more, because {Failure("superseded")}{late}.",
            DeliveryOutcome.Superseded => $"refused: {Superseded(write.Version, write.Key, delivery)}; it acked{facts}, since a newer version is as good{late}.",
            DeliveryOutcome.Duplicate => $"duplicate: {delivery.Follower} held {what} already when it came again, and acked{facts}{late}.",
            DeliveryOutcome.Lost => $"lost: {delivery.Follower} had acked {what}, but does not hold it any more.",
            _ => $"failed: {what} is not known to be stored at {delivery.Follower}, because {Failure(delivery.Reason)}{facts}; it may be{late}.",
        };
    }

    private static string Superseded(EntryVersion version, string key, DeliveryView delivery) =>
        $"{delivery.Follower} already holds {delivery.Held} of {Unseen.Shown(key)}, this was {version}, {Older(version, delivery.Held)}";
}
