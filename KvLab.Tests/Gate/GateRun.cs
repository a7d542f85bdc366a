using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;

namespace KvLab.Tests.Gate;

/// <summary>
/// What one load took, played in virtual time by a leader and its followers. The same writes went before, unmeasured: stores that know
/// their keys and lists that have their length allocate alike on every machine.
/// </summary>
/// <param name="Before">Events of the writes before.</param>
/// <param name="Waited">From a write's begin to its client's answer, all of them together.</param>
/// <param name="AllocatedByLeader">The clients and the clock among it: small, and the same in every run.</param>
internal sealed record GateRun(
    IReadOnlyList<(NodeEvent Event, TimeSpan At)> Events, int Before, WireCounts Wire, TimeSpan Waited, long AllocatedByLeader)
{
    public static GateRun Of(GateLoad load)
    {
        using var cluster = new Cluster(load);
        return cluster.Play();
    }

    private sealed class Cluster : IDisposable
    {
        private static readonly string[] Keys = [.. Enumerable.Range(1, GateLoad.Keys).Select(i => $"k{i}")];
        private static readonly JsonText[] Values =
            [.. Enumerable.Range(1, GateLoad.Writes).Select(i => JsonText.Of($"a value of common length, no. {i}"))];

        private readonly GateLoad _load;
        private readonly VirtualWorld _world = new(seed: 1);
        private readonly WireMeter _wire;
        private readonly Sink _events;
        private readonly Leader _leader;
        private TimeSpan _waited;
        private int _begun;

        public Cluster(GateLoad load)
        {
            _load = load;
            _events = new Sink(_world);
            _wire = new WireMeter(_world.Time);
            var peers = Enumerable.Range(1, GateLoad.Followers).Select(i => new Peer($"follower-{i}", $"http://follower-{i}")).ToArray();
            foreach (var peer in peers) _wire.Attach(new Follower(peer.Id, new MemoryStore(), Recorder(peer.Id)));
            _leader = new Leader(new LeaderOptions(), load.Settings, peers, new MemoryStore(), _wire, Recorder("leader"), _world.Time);
        }

        private EventRecorder Recorder(string node) => new(node, "1", _world.Time, _events);

        public GateRun Play()
        {
            Write();
            var (events, wire) = (_events.All.Count, _wire.Counts);
            _wire.Dead = _load.Dead;
            var before = GC.GetAllocatedBytesForCurrentThread();
            Write();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            var taken = _wire.Counts - wire;
            return new GateRun(_events.All, events, taken, _waited, allocated - taken.AllocatedByFollowers);
        }

        private void Write()
        {
            (_begun, _waited) = (0, TimeSpan.Zero);
            _world.Run(async () =>
            {
                await Task.WhenAll(Enumerable.Range(0, _load.Clients).Select(_ => ClientAsync()));
                _wire.Dead = null;
                while (!_leader.Status.Quiescent) await Task.Delay(TimeSpan.FromMilliseconds(20), _world.Time);
            });
        }

        private async Task ClientAsync()
        {
            while (_begun < GateLoad.Writes)
            {
                var write = _begun++;
                var answer = await _leader.WriteAsync(Keys[write * 7 % GateLoad.Keys], Values[write]);
                // Not in one expression: the sum would be read before the wait, and what others add meanwhile would be lost.
                _waited += answer.Elapsed;
            }
        }

        public void Dispose() => _leader.Dispose();
    }

    /// <summary>Keeps what it is given, in room that it had before.</summary>
    private sealed class Sink(VirtualWorld world) : IEventSink
    {
        private readonly List<(NodeEvent, TimeSpan)> _all = new(20_000);

        public List<(NodeEvent, TimeSpan)> All => _all;

        public void Publish(NodeEvent nodeEvent) => _all.Add((nodeEvent, world.Now));
    }
}
