using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

/// <summary>How a reign began.</summary>
/// <param name="Epoch">The new reign.</param>
/// <param name="Sealed">Peers that refuse older leaders now, and whose entries were merged.</param>
/// <param name="Silent">Peers that did not answer; what they alone hold is looked at when they return.</param>
/// <param name="Merged">Entries that this node took over from others.</param>
/// <param name="Keys">Keys held at the start of the reign.</param>
public sealed record ReignReport(
    string Node, long Epoch, long FirstVersion, IReadOnlyList<string> Sealed, IReadOnlyList<string> Silent, int Merged, int Keys, double ElapsedMs);

/// <summary>It did not come to a reign; nothing has changed but epochs that were sealed.</summary>
public sealed class ReignException : Exception
{
    public ReignException() { }
    public ReignException(string message) : base(message) { }
    public ReignException(string message, Exception inner) : base(message, inner) { }
}

public sealed partial class Replica
{
    // Another candidate may have taken the epoch; each further round aims above what was seen.
    private const int MostRounds = 5;

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(25);

    private IReadOnlyDictionary<string, Entry> _unconfirmed = new Dictionary<string, Entry>();

    /// <summary>
    /// What a leader does before its first write: asks the followers who leads, has them refuse older epochs, takes over what they hold. Where another leads
    /// already, it follows.
    /// </summary>
    /// <param name="patience">How long followers are waited for that do not answer.</param>
    /// <returns>Null when it follows now.</returns>
    public async Task<ReignReport?> RecoverAsync(TimeSpan patience, CancellationToken cancellation = default)
    {
        await _changes.WaitAsync(cancellation);
        try
        {
            var leader = _role.Leader ?? throw new InvalidOperationException($"{NodeId} does not lead.");
            var states = await Task.WhenAll(leader.Followers.Select(f => StateOrNullAsync(leader, f, patience, cancellation)));
            if (states.OfType<PeerState>().Where(s => s.Leads).MaxBy(s => s.Highest.Epoch) is { } other)
            {
                await FollowAsync(leader, other.Highest.Epoch);
                return null;
            }

            var report = await BeginReignAsync(leader, [.. leader.Followers.Zip(states).Where(p => p.Second is not null).Select(p => p.First)], EntryVersion.None, patience, cancellation);
            BeginRepair(leader);
            return report;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>The seed's disaster, as a lesson: a leader that begins at version 1 again and asks nobody.</summary>
    /// <param name="epoch">The epoch that followers have seen, so that nothing but the counter is forgotten: the seed has no epochs.</param>
    public void BeginForgetful(long epoch) => _role.Leader!.BeginForgetful(epoch);

    /// <summary>This follower leads from now on.</summary>
    /// <param name="followers">All other nodes, the old leader among them.</param>
    /// <exception cref="ReignException">It leads already, or another one that wants to lead was faster.</exception>
    /// <exception cref="ArgumentException">The settings do not fit the number of followers.</exception>
    public async Task<ReignReport> PromoteAsync(LiveSettings settings, IReadOnlyList<Peer> followers, TimeSpan patience, CancellationToken cancellation = default)
    {
        await _changes.WaitAsync(cancellation);
        try
        {
            if (_role.Follower is not { } follower) throw new ReignException($"{NodeId} leads already.");
            await follower.RecallAsync(cancellation);
            var leader = NewLeader(settings, followers);
            ReignReport report;
            try
            {
                report = await BeginReignAsync(leader, followers, follower.Highest, patience, cancellation);
                if (follower.Epoch > report.Epoch) throw new ReignException($"Epoch {follower.Epoch} began elsewhere meanwhile.");
            }
            catch
            {
                leader.Dispose();
                throw;
            }

            Become(new ReplicaRole(leader, null));
            _events.Record(EventKind.LeaderPromoted, version: leader.LastVersion, acks: report.Sealed.Count, required: followers.Count,
                elapsedMs: report.ElapsedMs, settings: settings,
                detail: $"{report.Sealed.Count} of {followers.Count} other nodes answered{(report.Silent.Count > 0 ? $" (not {string.Join(", ", report.Silent)})" : "")}; "
                    + $"{report.Merged} entries were taken over from them, {report.Keys} keys are held.");
            BeginRepair(leader);
            return report;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Another leader reigns: this one follows from now on. Nothing happens where this reign is as new, or where it follows already.</summary>
    public async Task StepDownAsync(long epoch)
    {
        await _changes.WaitAsync();
        try
        {
            if (_role.Leader is { } leader && leader.Epoch < epoch) await FollowAsync(leader, epoch);
        }
        finally
        {
            _changes.Release();
        }
    }

    private async Task FollowAsync(Leader leader, long epoch)
    {
        var own = await leader.StepDownAsync(epoch);
        await EndRepairAsync();
        _unconfirmed = own;
        var follower = new Follower(NodeId, Store, _events) { Versioning = leader.Settings.Versioning };
        follower.Remember(new EntryVersion(epoch, leader.LastVersion.Counter));
        Become(new ReplicaRole(null, follower));
        leader.Dispose();
    }

    private void Become(ReplicaRole role)
    {
        _role = role;
        RoleChanged?.Invoke(role);
    }

    /// <summary>Seals, merges, begins. Nobody who answered can confirm an older leader's write after what it held was read.</summary>
    private async Task<ReignReport> BeginReignAsync(
        Leader leader, IReadOnlyList<Peer> peers, EntryVersion known, TimeSpan patience, CancellationToken cancellation)
    {
        var startedAt = _time.GetTimestamp();
        var before = await Store.CountAsync(cancellation);
        var (epoch, answered) = await SealAllAsync(leader, peers, known, patience, cancellation);
        var dumps = await Task.WhenAll(answered.Select(p => DumpOrNullAsync(leader, p, patience, cancellation)));
        await leader.RecoverAsync(dumps, epoch, known, cancellation);
        var keys = await Store.CountAsync(cancellation);
        var full = answered.Zip(dumps).Where(p => p.Second.Entries is not null).Select(p => p.First.Id).ToList();
        return new ReignReport(NodeId, leader.Epoch, leader.LastVersion.Counter + 1, full, [.. leader.Followers.Select(f => f.Id).Except(full)],
            (int)(keys - before), (int)keys, _time.GetElapsedTime(startedAt).TotalMilliseconds);
    }

    /// <returns>The epoch, and the peers that refuse every older one now.</returns>
    private async Task<(long Epoch, List<Peer> Answered)> SealAllAsync(
        Leader leader, IReadOnlyList<Peer> peers, EntryVersion known, TimeSpan patience, CancellationToken cancellation)
    {
        var epoch = Math.Max(known.Epoch, (await Store.NewestAsync(cancellation)).Epoch) + 1;
        for (var round = 0; round < MostRounds; round++)
        {
            var wanted = epoch;
            var answers = await Task.WhenAll(peers.Select(p => SealOrNullAsync(leader, p, wanted, patience, cancellation)));
            if (answers.OfType<SealAnswer>().All(a => a.Accepted))
            {
                var answered = peers.Zip(answers).Where(p => p.Second is not null).Select(p => p.First).ToList();
                if (_role.Follower is { } self && self.Epoch < wanted) await self.SealAsync(wanted, cancellation);
                return (wanted, answered);
            }

            epoch = answers.OfType<SealAnswer>().Max(a => a.Highest.Epoch) + 1;
        }

        throw new ReignException($"Others began {MostRounds} newer epochs meanwhile; {NodeId} gave up.");
    }

    private async Task<SealAnswer?> SealOrNullAsync(Leader leader, Peer peer, long epoch, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            return await leader.AskAsync(peer, c => _peers.SealAsync(peer, epoch, c), patience, cancellation);
        }
        catch (TransportException)
        {
            return null;
        }
    }

    private async Task<ReplicaDump> DumpOrNullAsync(Leader leader, Peer peer, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            return await leader.AskAsync(peer, c => _peers.DumpAsync(peer, c), patience, cancellation);
        }
        catch (TransportException)
        {
            return new ReplicaDump(peer.Id, null);
        }
    }

    /// <summary>Asks again until it answers: a cluster starts all its nodes together, so one that refuses is probably about to listen.</summary>
    private async Task<PeerState?> StateOrNullAsync(Leader leader, Peer peer, TimeSpan patience, CancellationToken cancellation)
    {
        var startedAt = _time.GetTimestamp();
        while (true)
        {
            var left = patience - _time.GetElapsedTime(startedAt);
            if (left <= TimeSpan.Zero) return null;
            try
            {
                return await leader.AskAsync(peer, c => _peers.StateAsync(peer, c), left, cancellation);
            }
            catch (TransportException)
            {
                await _time.WaitAsync(RetryPause, cancellation);
            }
        }
    }
}
