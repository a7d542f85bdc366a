using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

public sealed partial class Leader
{
    /// <summary>
    /// Goes on where a recorded run stood: the same reign, the same numbers, and the messages that were under way are under way. Only a simulator can know all that; a leader that starts asks its
    /// followers.
    /// </summary>
    /// <param name="last">Its reign, and the last number that it gave.</param>
    internal async Task ContinueAsync(EntryVersion last, IReadOnlyList<OpenWrite> open)
    {
        await TakeOfficeAsync(_versions.BeginReign(last), smallestQuorum: null, CancellationToken.None);
        Open();
        _events.Record(EventKind.LeaderRecovered, version: last, detail: "It goes on from a recorded state: no follower was asked.");
        foreach (var write in open.OrderBy(w => w.Entry.Version)) Resume(write);
    }

    private void Resume(OpenWrite open)
    {
        var (settings, followers) = _state;
        var write = new WriteInFlight(open.Entry, settings with { WriteQuorum = open.Required }, [.. followers.Where(f => open.To.Contains(f.Peer.Id))], _time.GetTimestamp(), _time, open);
        RecordAccepted(open.Entry, open.Entry.Version, write.Naive, startedAt: 0);
        Replicate(write, chosenDelaysMs: null);
        if (open.Answer is not { } answer) return;
        _events.Record(EventKind.WriteAnswered, open.Entry.Key, open.Entry.Version, elapsedMs: open.ElapsedMs, acks: open.Acks, required: open.Required, naive: write.Naive,
            leaderCounted: settings.QuorumCountsLeader, reason: EnumNames.NameOf(answer), detail: open.Reason);
    }
}

/// <summary>A write that was under way in a run that somebody recorded, for a cluster that goes on from there.</summary>
/// <param name="To">Followers whose confirmation had not come.</param>
/// <param name="Acks">Confirmations that had come.</param>
/// <param name="Required">W when it began.</param>
/// <param name="Answer">What its client had been told; null while it waited.</param>
/// <param name="ElapsedMs">Until that answer.</param>
/// <param name="Reason">Why that answer.</param>
public sealed record OpenWrite(Entry Entry, IReadOnlyList<string> To, int Acks, int Required, WriteStatus? Answer = null, double ElapsedMs = 0, string? Reason = null);
