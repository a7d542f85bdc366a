using System.Collections.Immutable;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;

namespace KvLab.Core.Replication;

public sealed partial class Leader
{
    /// <summary>Every link to a follower, with its faults and what they did so far.</summary>
    public ImmutableArray<LinkReport> Links => [.. _state.Followers.Select(f => _network.Report(f.Peer.Id))];

    /// <summary>The way to other nodes for calls that are no messages of a write: they go through the same faults.</summary>
    public SimulatedNetwork Network => _network;

    /// <summary>Sets or heals the faults of one link.</summary>
    /// <returns>What is wrong; empty when the change has taken effect.</returns>
    public IReadOnlyList<FieldError> SetLink(string followerId, LinkFaults faults) => SetLinks([new(followerId, faults)]);

    /// <summary>Sets or heals the faults of some links: all of them, or none where anything is wrong. A link that is as it should be already tells nothing.</summary>
    /// <returns>What is wrong; empty when the change has taken effect.</returns>
    public IReadOnlyList<FieldError> SetLinks(IReadOnlyList<KeyValuePair<string, LinkFaults>> links)
    {
        lock (_changes)
        {
            var errors = new FieldErrors();
            foreach (var (followerId, faults) in links)
            {
                errors.Require(_state.Followers.Any(f => f.Peer.Id == followerId), "follower",
                    $"follower must name a follower of {NodeId}, but is {followerId}; the followers are {string.Join(", ", _state.Followers.Select(f => f.Peer.Id))}.");
                foreach (var error in faults.Validate()) errors.Add(error.Field, error.Message);
            }

            if (errors.All.Count > 0) return errors.All;
            foreach (var (followerId, faults) in links)
            {
                if (_network.Report(followerId).Faults == faults) continue;
                _network.SetFaults(followerId, faults);
                _events.Record(EventKind.LinkChanged, peer: followerId, link: faults, detail: $"The link to {followerId}: {faults.Describe()}.");
            }

            return [];
        }
    }

    private void RecordLost(LostMessage lost) => _events.Record(
        EventKind.MessageLost, lost.Key, lost.Version, peer: lost.Follower, outcome: lost.Applied ? DeliveryOutcome.Applied : null,
        attempt: lost.Attempt, reason: EnumNames.NameOf(lost.Reason));
}
