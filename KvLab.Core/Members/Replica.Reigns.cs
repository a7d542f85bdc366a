using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Members;

public sealed partial class Replica
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(25);

    private IReadOnlyDictionary<string, Entry> _unconfirmed = new Dictionary<string, Entry>();

    /// <summary>The seed's disaster, as a lesson: a leader that begins at version 1 again and asks nobody.</summary>
    /// <param name="epoch">The epoch that followers have seen, so that nothing but the counter is forgotten: the seed has no epochs.</param>
    public void BeginForgetful(long epoch) => _role.Leader!.BeginForgetful(epoch);

    /// <summary>This follower leads from now on.</summary>
    /// <param name="followers">All other nodes, the old leader among them.</param>
    /// <param name="past">What whoever promotes it knows.</param>
    /// <param name="force">Goes on although acknowledged writes may be lost with those that do not answer.</param>
    /// <exception cref="ReignException">It leads already, another one that wants to lead was faster, or too few answer to know every acknowledged write.</exception>
    /// <exception cref="ArgumentException">The settings do not fit the number of followers.</exception>
    public async Task<ReignReport> PromoteAsync(
        LiveSettings settings, IReadOnlyList<Peer> followers, TimeSpan patience, KnownPast? past = null, bool force = false, CancellationToken cancellation = default)
    {
        past ??= KnownPast.Unknown;
        using var alone = await _changes.EnterAsync(cancellation);
        // Cut off, it may not have heard that its reign is over; whoever asks has.
        if (_role.Leader is { } replaced && past.Epoch > replaced.Epoch) await FollowAsync(replaced, past.Epoch.Value);
        if (_role.Follower is not { } follower) throw new ReignException($"{NodeId} is already the leader.");
        await follower.RecallAsync(cancellation);
        var leader = NewLeader(settings, followers);
        ReignReport report;
        try
        {
            // Asked before anybody is sealed: a promotion that is refused must not stop a leader that others still reach.
            var asked = await Task.WhenAll(followers.Select(f => new Candidacy(leader, _peers).StateAsync(f, patience, cancellation)));
            var states = followers.Zip(asked).Where(p => p.Second is not null).ToDictionary(p => p.First, p => p.Second!);
            var hearing = Hear(leader, states, past);
            if (!hearing.IsEnough && !force) throw new ReignException(hearing.AtRisk);
            report = await BeginReignAsync(leader, followers, states, past, follower.Highest, patience, force, cancellation);
            if (follower.Epoch > report.Epoch) throw new ReignException($"Epoch {follower.Epoch} began elsewhere meanwhile.");
            if (Volatile.Read(ref _disposed) != 0) throw new ReignException($"{NodeId} ended before it could lead.");
        }
        catch
        {
            leader.Dispose();
            throw;
        }

        Become(new ReplicaRole(leader, null));
        _events.Record(EventKind.LeaderPromoted, version: leader.LastVersion, acks: report.Sealed.Count, required: followers.Count,
            elapsedMs: report.ElapsedMs, settings: settings,
            detail: $"{report.Sealed.Count} of {followers.Count} other nodes answered{(report.Silent.Count > 0 ? $" ({string.Join(", ", report.Silent)} did not)" : "")}; "
                + $"{report.Merged} entries were recovered from them, {report.Keys} keys are held.{report.Doubt}");
        BeginRepair(leader);
        return report;
    }

    /// <summary>Another leader reigns: this one follows from now on. Nothing happens where this reign is as new, or where it follows already.</summary>
    public Task StepDownAsync(long epoch) => FollowAsync(leader => leader.Epoch < epoch, epoch);

    /// <summary>A follower refused this leader: it knows a newer epoch, or this one from another leadership. Either way nobody confirms its writes for long.</summary>
    /// <remarks>Nobody waits for it, and half of it is no state to stay in: what fails is said, and tried again until it is done or the node ends.</remarks>
    private async Task YieldAsync(Leader refused, long epoch)
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(leader => leader == refused, epoch);
                return;
            }
            catch (Exception failure) when (failure is not ObjectDisposedException)
            {
                Failed?.Invoke($"{NodeId} could not step down before epoch {epoch} yet", failure);
                try
                {
                    await _time.WaitAsync(RetryPause, _ended.Token);
                }
                catch (OperationCanceledException)
                {
                    // The node ends.
                }
            }
        }
    }

    private async Task FollowAsync(Func<Leader, bool> concerns, long epoch)
    {
        using var alone = await _changes.EnterAsync(CancellationToken.None);
        if (_role.Leader is { } leader && concerns(leader)) await FollowAsync(leader, epoch);
    }

    private async Task FollowAsync(Leader leader, long epoch)
    {
        var own = await leader.StepDownAsync(epoch);
        await EndRepairAsync();
        _unconfirmed = own;
        var follower = new Follower(NodeId, Store, _events) { Versioning = leader.Settings.Versioning };
        follower.Remember(new EntryVersion(epoch, leader.LastVersion.Counter));
        _smallestQuorum = leader.SmallestQuorum;
        Become(new ReplicaRole(null, follower));
        leader.Dispose();
    }

    private long OwnLeadership => LeadershipId.Of(NodeId, _events.Incarnation);

    private void Become(ReplicaRole role)
    {
        _role = role;
        RoleChanged?.Invoke(role);
    }

    /// <summary>Seals, merges, begins. Nobody who answered can confirm an older leader's write after what it held was read.</summary>
    /// <param name="force">Goes on with fewer than are needed.</param>
    /// <exception cref="ReignException">Some that had answered fell silent meanwhile, and too few are left.</exception>
    private async Task<ReignReport> BeginReignAsync(
        Leader leader, IReadOnlyList<Peer> peers, IReadOnlyDictionary<Peer, PeerState> states, KnownPast past, EntryVersion known, TimeSpan patience, bool force,
        CancellationToken cancellation)
    {
        var startedAt = _time.GetTimestamp();
        var before = await Store.CountAsync(cancellation);
        var draws = past.Epoch is null && !Hear(leader, states, past).SharesEpochs;
        known = known.Having(new EntryVersion(past.Epoch ?? 0, 0));
        var candidacy = new Candidacy(leader, _peers);
        var above = Math.Max(known.Epoch, (await Store.NewestAsync(cancellation)).Epoch);
        var (epoch, answered) = await candidacy.SealAllAsync(peers, above, draws ? OwnLeadership % EpochsDrawn : 0, OwnLeadership, patience, cancellation);
        if (_role.Follower is { } self && self.Epoch < epoch) await self.SealAsync(epoch, OwnLeadership, cancellation);
        var dumps = await Task.WhenAll(answered.Select(p => candidacy.DumpAsync(p, patience, cancellation)));
        var full = answered.Zip(dumps).Where(p => p.Second.Entries is not null).Select(p => p.First).ToList();
        var hearing = Hear(leader, states.Where(s => full.Contains(s.Key)).ToDictionary(), past);
        if ((!hearing.IsEnough && !force) || (past.Epoch is null && !draws && !hearing.SharesEpochs)) throw new ReignException(hearing.AtRisk);
        await leader.RecoverAsync(dumps, epoch, known, hearing, cancellation);
        Remembers = true;
        var keys = await Store.CountAsync(cancellation);
        // Where nothing is held yet, they have everything; later it is the repair that finds it out.
        if (keys == 0) await Task.WhenAll(full.Select(p => candidacy.NoteAsync(p, patience, cancellation)));
        return new ReignReport(NodeId, leader.Epoch, leader.LastVersion.Counter + 1, [.. full.Select(p => p.Id)], [.. leader.Followers.Except(full).Select(f => f.Id)],
            (int)(keys - before), (int)keys, _time.GetElapsedTime(startedAt).TotalMilliseconds)
        { Doubt = hearing.Doubt };
    }
}
