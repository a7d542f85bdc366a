using System.Collections.Concurrent;
using System.Collections.Immutable;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Versioning;

namespace KvLab.Core.Members;

public sealed partial class Replica
{
    /// <summary>
    /// Who begins without having heard a majority, and was not told the newest epoch either, draws its epoch out of so many above the newest that it knows: two that
    /// cannot hear each other do not begin the same one.
    /// </summary>
    public const int EpochsDrawn = 1000;

    // Asked twice over: one whose link is slow still answers, and one that was frozen or cut off is heard soon after it is back.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan QuickAnswer = TimeSpan.FromSeconds(1);

    private volatile Hearing? _waiting;

    // Whom it said last that it waits for.
    private ImmutableArray<string>? _toldSilent;
    private volatile bool _proceed;
    private volatile bool _remembers;
    private int? _smallestQuorum;

    /// <summary>It holds all that it ever confirmed: its storage outlived its process, or a leader has brought it up to date, or it led.</summary>
    public bool Remembers
    {
        get => _remembers;
        set => _remembers = value;
    }

    /// <summary>Whom a leader that started waits for before it accepts writes; null while it does not wait.</summary>
    public Hearing? Waiting => _role.Leader is { HasBegun: true } ? null : _waiting;

    /// <summary>The way out of waiting: what only the silent ones hold may be lost.</summary>
    /// <returns>False when it does not wait.</returns>
    public bool Proceed()
    {
        if (_waiting is null) return false;
        return _proceed = true;
    }

    /// <summary>
    /// What a leader does before its first write: asks the followers who leads, waits until enough have answered to know the newest epoch and every acknowledged
    /// write (<see cref="Hearing"/>), has them refuse older epochs, takes over what they hold. Where another leads already, it follows.
    /// </summary>
    /// <param name="patience">How long all followers are waited for, although fewer would be enough.</param>
    /// <returns>Null when it follows now.</returns>
    public async Task<ReignReport?> RecoverAsync(TimeSpan patience, KnownPast? past = null, CancellationToken cancellation = default)
    {
        past ??= KnownPast.Unknown;
        var leader = _role.Leader ?? throw new InvalidOperationException($"{NodeId} does not lead.");
        var startedAt = _time.GetTimestamp();
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
        var states = new ConcurrentDictionary<Peer, PeerState>();
        var rounds = new Dictionary<(Peer, TimeSpan), Task>();
        try
        {
            while (_role.Leader == leader)
            {
                foreach (var follower in leader.Followers)
                    foreach (var within in (TimeSpan[])[QuickAnswer, LongestAnswer])
                        if (!rounds.ContainsKey((follower, within))) rounds.Add((follower, within), KeepAskingAsync(leader, follower, within, states, asking.Token));
                var hearing = Hear(leader, states, past);
                var mayBegin = hearing.Silent.IsEmpty || (_time.GetElapsedTime(startedAt) >= patience && (hearing.IsEnough || past.IsNewCluster || _proceed));
                if (mayBegin || states.Values.Any(s => s.Leads))
                {
                    // While it tries to begin, nobody is told whom it waited for before.
                    _waiting = null;
                    if (await TryBeginAsync(leader, states.ToDictionary(), past, patience, cancellation) is { } report) return report.Reign;
                }
                else if (_time.GetElapsedTime(startedAt) >= patience)
                {
                    Wait(hearing);
                }

                await _time.WaitAsync(RetryPause, asking.Token);
            }

            return null;
        }
        finally
        {
            (_waiting, _toldSilent, _proceed) = (null, null, false);
            Cancel(asking);
            await Task.WhenAll(rounds.Values);
        }
    }

    /// <summary>One attempt, alone: a candidate that seals this node meanwhile has it follow.</summary>
    /// <param name="Reign">Null when it follows.</param>
    private sealed record Beginning(ReignReport? Reign);

    private async Task<Beginning?> TryBeginAsync(Leader leader, Dictionary<Peer, PeerState> states, KnownPast past, TimeSpan patience, CancellationToken cancellation)
    {
        using var alone = await _changes.EnterAsync(cancellation);
        if (_role.Leader != leader) return new Beginning(null);
        try
        {
            foreach (var (peer, _) in states.Where(s => s.Value.Leads).OrderByDescending(s => s.Value.Highest.Epoch).ThenBy(s => s.Key.Id, StringComparer.Ordinal))
            {
                // It may have been replaced since it said so, and two that each follow the other would be no cluster.
                if (await new Candidacy(leader, _peers).StateAsync(peer, patience, cancellation) is not { Leads: true } other) return null;
                await FollowAsync(leader, other.Highest.Epoch);
                return new Beginning(null);
            }

            var answered = leader.Followers.Where(states.ContainsKey).ToList();
            var report = await BeginReignAsync(
                leader, answered, states, past, EntryVersion.None, patience, force: _proceed || past.IsNewCluster, cancellation);
            BeginRepair(leader);
            return new Beginning(report);
        }
        catch (ReignException)
        {
            // Somebody fell silent meanwhile, or others try to begin as well: asked again.
            return null;
        }
    }

    private Hearing Hear(Leader leader, IReadOnlyDictionary<Peer, PeerState> states, KnownPast past) =>
        Hearing.Of(leader, states, past, Remembers ? NodeId : null, _smallestQuorum);

    private void Wait(Hearing hearing)
    {
        _waiting = hearing;
        // Told once, and again whenever somebody else is waited for.
        if (_toldSilent is { } told && told.SequenceEqual(hearing.Silent)) return;
        _toldSilent = hearing.Silent;
        _events.Record(EventKind.LeaderWaiting, peers: [.. hearing.Silent], acks: hearing.Heard.Length, required: hearing.Needed, detail: hearing.Waiting);
    }

    /// <summary>Asks one follower again and again; what is not known any more is taken back.</summary>
    private async Task KeepAskingAsync(
        Leader leader, Peer follower, TimeSpan within, ConcurrentDictionary<Peer, PeerState> states, CancellationToken cancellation)
    {
        var candidacy = new Candidacy(leader, _peers);
        try
        {
            while (true)
            {
                if (await candidacy.StateAsync(follower, within, cancellation) is { } state) states[follower] = state;
                else if (within == LongestAnswer) states.TryRemove(follower, out _);
                await _time.WaitAsync(RetryPause, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The reign has begun, or the node ends.
        }
    }
}
