using System.Collections.Concurrent;
using KvLab.Core.Events;
using KvLab.Core.Experiments;
using KvLab.Core.Observation;
using KvLab.Web.Timing;

namespace KvLab.Web.Experiments;

/// <summary>
/// Listens to the events of the leader and keeps, per write, what became of it at each follower. Called by the ingest reader, so it only files away.
/// </summary>
internal sealed class DeliveryRecorder : IDeliveryRecording
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private readonly IDisposable _subscription;

    // Written by the one ingest reader, read by the experiment.
    private readonly ConcurrentDictionary<long, ConcurrentDictionary<string, DeliveryFact>> _facts = new();
    private readonly ConcurrentDictionary<long, Dictionary<string, double>> _delays = new();
    private readonly ConcurrentDictionary<long, double> _stored = new();

    public DeliveryRecorder(EventTap tap, TimeProvider time)
    {
        _time = time;
        _subscription = tap.Listen(Take);
    }

    private void Take(NodeEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.WriteAccepted when e.ElapsedMs is { } storedMs:
                _stored[e.Version] = storedMs;
                break;
            case EventKind.ReplicationStarted when e is { Peers: { } peers, DelaysMs: { } delays }:
                _delays[e.Version] = peers.Zip(delays).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
                break;
            case EventKind.DeliveryAcked when e is { Peer: { } follower, Outcome: { } outcome }:
                File(e, follower, outcome);
                break;
            case EventKind.DeliveryAbandoned when e is { Peer: { } follower }:
                File(e, follower, e.Outcome ?? DeliveryOutcome.Failed);
                break;
        }
    }

    private void File(NodeEvent e, string follower, DeliveryOutcome outcome)
    {
        // The drawn delay of the first attempt: a retry's own delay belongs to another draw.
        var delay = _delays.GetValueOrDefault(e.Version)?.GetValueOrDefault(follower, double.NaN) ?? double.NaN;
        _facts.GetOrAdd(e.Version, _ => new(StringComparer.Ordinal))[follower] =
            new DeliveryFact(follower, delay, e.ElapsedMs ?? double.NaN, outcome, e.Late);
    }

    public async Task<IReadOnlyDictionary<long, IReadOnlyList<DeliveryFact>>> CollectAsync(
        IReadOnlyCollection<long> versions, int followers, TimeSpan atMost, CancellationToken cancellation)
    {
        using var deadline = new AwakeDeadline(atMost, _time);
        while (!versions.All(v => _facts.TryGetValue(v, out var facts) && facts.Count >= followers) && !deadline.IsOver)
            await Task.Delay(Poll, _time, cancellation);
        return versions.ToDictionary(v => v, v => (IReadOnlyList<DeliveryFact>)[.. _facts.GetValueOrDefault(v)?.Values ?? []]);
    }

    public double? StoredMs(long version) => _stored.TryGetValue(version, out var ms) ? ms : null;

    public void Dispose() => _subscription.Dispose();
}
