using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Storage;

namespace KvLab.Core.Replication;

public sealed partial class Leader
{
    // So many entries are under way at a time; the link puts them into batches.
    private const int CatchUpWindow = 2048;

    /// <summary>Whether the settings want followers to be sent what they lack: naive mode and delivery once have no catch-up, as the seed has none.</summary>
    public bool CatchesUp => _state.Settings is { Versioning: VersioningMode.Versioned, Delivery: Delivery.AtLeastOnce };

    /// <summary>
    /// Sends a follower everything that it lacks or holds in an older version: after it came back without its memory, or was added. Set-if-newer makes
    /// this safe beside writes that go on. It travels without the simulated delay: it is a bulk transfer, and no write that anybody studies.
    /// </summary>
    /// <param name="dump">What the follower holds.</param>
    /// <returns>
    /// How many entries were sent; null when the settings want no catch-up, or when the follower was removed, the leader reset or stopped
    /// meanwhile, or another leader reigns there.
    /// </returns>
    /// <exception cref="TransportException">The follower stopped answering; what it got until then it keeps.</exception>
    public async Task<int?> CatchUpAsync(ReplicaDump dump, CancellationToken cancellation = default)
    {
        var (settings, followers) = _state;
        if (_stopping || !CatchesUp || dump.Entries is not { } held) return null;
        if (followers.FirstOrDefault(f => f.Peer.Id == dump.Node) is not { } follower) return null;

        // Inside the gate, so that a reset either ends this transfer or is over before it looks at the store.
        await _resets.EnterAsync();
        var lacking = new List<Entry>();
        CancellationToken ended;
        try
        {
            await foreach (var entry in _store.SnapshotAsync(cancellation))
                if (!held.TryGetValue(entry.Key, out var theirs) || theirs.Version < entry.Version) lacking.Add(entry);
            if (lacking.Count == 0) return 0;
            // Counted as one open delivery: replicas are not compared while it goes on.
            _work.BeginDeliveries(1);
            ended = follower.Token;
        }
        finally
        {
            _resets.Leave();
        }

        try
        {
            foreach (var window in lacking.Chunk(CatchUpWindow))
            {
                var acked = await Task.WhenAll(window.Select(entry => SendEntryAsync(follower, entry, settings, ended)));
                if (acked.Contains(false)) return null;
            }

            _events.Record(EventKind.FollowerCaughtUp, peer: dump.Node, acks: lacking.Count,
                detail: $"{dump.Node} lacked {lacking.Count} entries and was sent them.");
            return lacking.Count;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            _work.EndDelivery();
        }
    }

    /// <returns>False when it was fenced.</returns>
    private async Task<bool> SendEntryAsync(FollowerLink follower, Entry entry, LiveSettings settings, CancellationToken ended)
    {
        var message = new ReplicateMessage(entry.Key, entry.Value, entry.Version, _events.Lamport.Tick(), NodeId, VersioningMode.Versioned) { Reign = _versions.Last.Epoch };
        var answer = await _network.SendAsync(follower.Peer, message, TimeSpan.Zero, TimeSpan.FromMilliseconds(settings.ReplicationTimeoutMs), ended);
        _events.Lamport.Witness(answer.Lamport);
        return answer.IsAck;
    }
}
