using System.Collections.Concurrent;
using KvLab.Core.Members;
using KvLab.Core.Network;

namespace KvLab.Core.Simulation;

/// <summary>
/// Members in the same process: who answers at which address. One can be away (nobody listens); one that is frozen takes nothing, answers nothing and sends nothing, as a
/// process that a signal has stopped.
/// </summary>
public sealed class InMemoryPeers(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _away = new(StringComparer.Ordinal);

    /// <summary>Makes the member answer at this address.</summary>
    public void Attach(Peer peer, Member member)
    {
        _members[peer.Url] = member;
        SetAway(peer, false);
    }

    public void SetAway(Peer peer, bool away) => _away[peer.Url] = away;

    /// <summary>What whoever is attached at this address calls others with.</summary>
    public InMemoryPort PortOf(Peer own) => new(this, own, time);

    /// <summary>Null where nobody listens.</summary>
    internal Member? Find(Peer peer) => !_away.GetValueOrDefault(peer.Url) && _members.TryGetValue(peer.Url, out var member) ? member : null;

    /// <summary>Also where it is away by now: what it had begun goes on until it is gone.</summary>
    internal Member? Own(Peer peer) => _members.GetValueOrDefault(peer.Url);
}
