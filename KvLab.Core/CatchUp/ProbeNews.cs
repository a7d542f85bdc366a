using System.Collections.Concurrent;
using KvLab.Core.Network;

namespace KvLab.Core.CatchUp;

/// <summary>Whether a probe found something else than the one before it. Five a second that all find the same would drown every other event.</summary>
internal sealed class ProbeNews
{
    private readonly ConcurrentDictionary<Peer, PeerState?> _last = new();

    /// <param name="state">Null where no answer came.</param>
    public bool IsNews(Peer peer, PeerState? state)
    {
        // How far it has come is told by its own events.
        var now = state is null ? null : state with { Highest = state.Highest with { Counter = 0 } };
        if (_last.TryGetValue(peer, out var before) && before == now) return false;
        _last[peer] = now;
        return true;
    }
}
