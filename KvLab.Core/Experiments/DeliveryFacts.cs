using System.Runtime.InteropServices;
using KvLab.Core.Events;

namespace KvLab.Core.Experiments;

/// <summary>What a leader's events say of each write: what became of it at each follower, and how long storing took. Safe for concurrent use; it only files away.</summary>
public sealed class DeliveryFacts
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, OfWrite> _writes = [];

    public void Take(NodeEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.WriteAccepted when e.ElapsedMs is { } storedMs:
                lock (_gate) Of(e.Version).StoredMs = storedMs;
                break;
            case EventKind.ReplicationStarted when e is { Peers: { } peers, DelaysMs: { } delays }:
                lock (_gate) (Of(e.Version).Followers, Of(e.Version).DelaysMs) = (peers, delays);
                break;
            case EventKind.DeliveryAcked when e is { Peer: { } follower, Outcome: { } outcome }:
                lock (_gate) Of(e.Version).File(e, follower, outcome);
                break;
            case EventKind.DeliveryAbandoned when e is { Peer: { } follower }:
                lock (_gate) Of(e.Version).File(e, follower, e.Outcome ?? DeliveryOutcome.Failed);
                break;
        }
    }

    /// <summary>Whether the outcomes of all these writes are known at so many followers.</summary>
    public bool Hold(IReadOnlyCollection<long> versions, int followers)
    {
        lock (_gate) return versions.All(v => _writes.TryGetValue(v, out var write) && write.Facts.Count >= followers);
    }

    /// <summary>What is known of these writes; empty where nothing is.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<DeliveryFact>> Of(IReadOnlyCollection<long> versions)
    {
        lock (_gate) return versions.ToDictionary(v => v, v => (IReadOnlyList<DeliveryFact>)(_writes.TryGetValue(v, out var write) ? [.. write.Facts] : []));
    }

    /// <summary>How long the leader's storage took; null where storing takes no time, and where no event told.</summary>
    public double? StoredMs(long version)
    {
        lock (_gate) return _writes.TryGetValue(version, out var write) ? write.StoredMs : null;
    }

    /// <summary>Within the lock.</summary>
    private OfWrite Of(long version)
    {
        ref var write = ref CollectionsMarshal.GetValueRefOrAddDefault(_writes, version, out _);
        return write ??= new OfWrite();
    }

    private sealed class OfWrite
    {
        public string[] Followers { get; set; } = [];
        public double[] DelaysMs { get; set; } = [];
        public double? StoredMs { get; set; }
        public List<DeliveryFact> Facts { get; } = new(UsualFollowers);

        private const int UsualFollowers = 5;

        public void File(NodeEvent e, string follower, DeliveryOutcome outcome)
        {
            // The drawn delay of the first attempt: a retry's own delay belongs to another draw.
            var place = Array.IndexOf(Followers, follower);
            var fact = new DeliveryFact(follower, place < 0 ? double.NaN : DelaysMs[place], e.ElapsedMs ?? double.NaN, outcome, e.Late);
            var known = Facts.FindIndex(f => f.Follower == follower);
            if (known < 0) Facts.Add(fact);
            else Facts[known] = fact;
        }
    }
}
