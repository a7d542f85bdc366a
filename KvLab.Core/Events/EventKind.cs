using System.Text.Json.Serialization;

namespace KvLab.Core.Events;

/// <summary>Every step that a node reports. The names are the same in code, logs, REST and on screen.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EventKind>))]
public enum EventKind
{
    /// <summary>A node's process began. Detail: its URL.</summary>
    [JsonStringEnumMemberName("node_started")] NodeStarted,
    /// <summary>It answers requests now. Carries the settings (leader).</summary>
    [JsonStringEnumMemberName("node_ready")] NodeReady,
    /// <summary>It shuts down. Detail: what was left undelivered.</summary>
    [JsonStringEnumMemberName("node_stopping")] NodeStopping,
    /// <summary>A leader learnt from its followers what they hold and began a new epoch above it.</summary>
    [JsonStringEnumMemberName("leader_recovered")] LeaderRecovered,
    /// <summary>A leader that started accepts no writes yet: too few nodes answer to know the newest epoch and every acknowledged write. Peers: whom it waits for; Acks: nodes heard; Required: nodes needed; Detail says why.</summary>
    [JsonStringEnumMemberName("leader_waiting")] LeaderWaiting,
    /// <summary>Carries the new settings.</summary>
    [JsonStringEnumMemberName("settings_changed")] SettingsChanged,
    /// <summary>Peers: the followers from now on.</summary>
    [JsonStringEnumMemberName("followers_changed")] FollowersChanged,
    /// <summary>The leader sent follower Peer what it lacked: after it came back, or was added. Acks: entries sent; ElapsedMs; Detail: what was compared and sent.</summary>
    [JsonStringEnumMemberName("follower_caught_up")] FollowerCaughtUp,
    /// <summary>The faults of the link to follower Peer were set or healed. Link: as they are now; Detail says it in words.</summary>
    [JsonStringEnumMemberName("link_changed")] LinkChanged,
    /// <summary>The node's own faults were set or healed. Faults: as they are now; Detail says it in words.</summary>
    [JsonStringEnumMemberName("node_faults_changed")] NodeFaultsChanged,
    /// <summary>Anti-entropy found follower Peer different and repaired it. Acks: entries sent; ElapsedMs; Detail: what was compared and sent.</summary>
    [JsonStringEnumMemberName("anti_entropy_repaired")] AntiEntropyRepaired,
    /// <summary>This follower leads now. Epoch: its reign; Detail: what it took over, and from whom.</summary>
    [JsonStringEnumMemberName("leader_promoted")] LeaderPromoted,
    /// <summary>This leader was replaced and follows now. Held.Epoch: the new reign.</summary>
    [JsonStringEnumMemberName("leader_stepped_down")] LeaderSteppedDown,
    /// <summary>A write that only a replaced leader had stored was taken back. Version: that write; Held: what the node holds instead.</summary>
    [JsonStringEnumMemberName("entry_rolled_back")] EntryRolledBack,
    /// <summary>This node refuses leaders below Epoch from now on, because somebody wants to lead.</summary>
    [JsonStringEnumMemberName("node_sealed")] NodeSealed,
    /// <summary>Lab reset: the node is empty.</summary>
    [JsonStringEnumMemberName("store_cleared")] StoreCleared,
    /// <summary>This follower missed a reset, or was sent an entry too late: at the leader's word it removed Version of Key, which nobody else holds any more.</summary>
    [JsonStringEnumMemberName("entry_removed")] EntryRemoved,

    /// <summary>The leader took a version and stored the entry. In versioned mode Held is what its own store holds afterwards. ElapsedMs: how long storing took, where that is not memory.</summary>
    [JsonStringEnumMemberName("write_accepted")] WriteAccepted,
    /// <summary>It goes to all followers at once: Peers, and DelaysMs in the same order. Required: W.</summary>
    [JsonStringEnumMemberName("replication_started")] ReplicationStarted,
    /// <summary>Follower Peer confirmed: Outcome, Held, ElapsedMs since the write began, DelayMs, Attempt, Late.</summary>
    [JsonStringEnumMemberName("delivery_acked")] DeliveryAcked,
    /// <summary>An attempt failed: not known to be stored. Reason: refused, timeout, error, storage, fenced. Or a delivery ended without one, Attempt 0: overflow, removed, shutdown, cleared.</summary>
    [JsonStringEnumMemberName("delivery_failed")] DeliveryFailed,
    /// <summary>
    /// A fault took away a message of a write between the leader and follower Peer. Reason: request_lost, answer_lost, dropped, refused, swallowed.
    /// Outcome: applied where the follower had taken it and only its answer was lost; else none.
    /// </summary>
    [JsonStringEnumMemberName("message_lost")] MessageLost,
    /// <summary>No further attempt. Reason: once, superseded, removed, overflow, shutdown, fenced, cleared, deposed, hint_window, hint_limit.</summary>
    [JsonStringEnumMemberName("delivery_abandoned")] DeliveryAbandoned,
    /// <summary>The client has its answer: Reason success or partial_success, Acks, Required, ElapsedMs. Detail: quorum_reached, quorum_unreachable, deadline, shutdown, cleared, deposed.</summary>
    [JsonStringEnumMemberName("write_answered")] WriteAnswered,

    /// <summary>A follower accepted an entry. Attempt: which of its write this was; none where it came by catching up or by hand. Held: what it held before (naive mode may replace a newer one). ElapsedMs: how long storing took (with its whole batch), where that is not memory.</summary>
    [JsonStringEnumMemberName("entry_applied")] EntryApplied,
    /// <summary>A follower refused an entry as stale. Held: the newer version it keeps.</summary>
    [JsonStringEnumMemberName("entry_refused")] EntryRefused,
    /// <summary>A follower got a version again that it holds already.</summary>
    [JsonStringEnumMemberName("entry_duplicate")] EntryDuplicate,
    /// <summary>A message of an older epoch was refused. Held.Epoch: the epoch that the node has seen.</summary>
    [JsonStringEnumMemberName("message_fenced")] MessageFenced,

    /// <summary>The node's storage stopped doing what it is asked; until it is back nothing is acknowledged here. Reason: unavailable, slow, read_only, full, schema, other; Detail: a sentence.</summary>
    [JsonStringEnumMemberName("storage_failed")] StorageFailed,
    /// <summary>The storage works again. ElapsedMs: how long it did not. Reason: emptied, where nothing is left of what had been stored in it.</summary>
    [JsonStringEnumMemberName("storage_recovered")] StorageRecovered,

    /// <summary>The leader sends a write to follower Peer once more: Attempt, 2 for the second, and its DelayMs.</summary>
    [JsonStringEnumMemberName("delivery_retried")] DeliveryRetried,
    /// <summary>
    /// This node asked node Peer something beside replication, and has its answer, or none. Reason: probe, seal, digest, repair, recover; ElapsedMs: from sending to the answer;
    /// Call: when it arrived there; Outcome: failed where no answer came, and Detail says why. A probe that found what the last one found is not told, nor a comparison that found no difference.
    /// </summary>
    [JsonStringEnumMemberName("peer_called")] PeerCalled,

    // What follows is reported by the dashboard only.
    /// <summary>Reported by the dashboard: it started a node's process.</summary>
    [JsonStringEnumMemberName("process_started")] ProcessStarted,
    /// <summary>Reported by the dashboard: the process ended as it was asked to, or was killed from the page.</summary>
    [JsonStringEnumMemberName("process_stopped")] ProcessStopped,
    /// <summary>Reported by the dashboard: the process ended by itself. Detail: exit code and last words.</summary>
    [JsonStringEnumMemberName("process_crashed")] ProcessCrashed,
    /// <summary>Reported by the dashboard: the node was frozen from the page; it does nothing and keeps its memory. Detail: how.</summary>
    [JsonStringEnumMemberName("process_frozen")] ProcessFrozen,
    /// <summary>Reported by the dashboard: the frozen node goes on where it stood.</summary>
    [JsonStringEnumMemberName("process_thawed")] ProcessThawed,
    /// <summary>Reported by the dashboard: a node's connection ended or came back, events were lost, or a port was replaced.</summary>
    [JsonStringEnumMemberName("dashboard_notice")] DashboardNotice,
}
