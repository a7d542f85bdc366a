using System.Buffers;
using System.Security.Cryptography;
using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Core.Simulation;

/// <summary>
/// One fixed run with everything that a simulation has: delays, loss, a partition, a kill, a failover. Its events give a fingerprint, by which two processes, or two
/// machines, see that one seed is one run.
/// </summary>
public static class SeededRun
{
    public const int Writes = 50;

    private const int Followers = 5;

    /// <returns>SHA-256 of the bytes of all events in the order in which they happened, in lower-case hex.</returns>
    public static string Hash(long seed)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        return OwnWorld.Play(seed, async (world, ended) =>
        {
            var settings = new LiveSettings { WriteQuorum = 2, MinDelayMs = 1, MaxDelayMs = 40, Seed = seed, ReplicationTimeoutMs = 400, AntiEntropyMs = 1000 };
            await using (var cluster = new SimulatedCluster(world.Time, Followers, settings, new Hashing(sha)))
            {
                await cluster.StartAsync();
                await PlayAsync(cluster, world.Time, ended);
            }

            return Convert.ToHexStringLower(sha.GetHashAndReset());
        }, CancellationToken.None);
    }

    private static async Task PlayAsync(SimulatedCluster cluster, TimeProvider time, CancellationToken ended)
    {
        var writes = new List<Task<WriteSeen>>();
        await cluster.SetLinkAsync("follower-1", new LinkFaults { Request = new DirectionFaults { LossPercent = 20, DuplicatePercent = 10 } }, ended);
        for (var i = 1; i <= Writes; i++)
        {
            writes.Add(cluster.WriteAsync($"k{i % 7}", $"value-{i}", null, ended));
            await time.WaitAsync(TimeSpan.FromMilliseconds(7), ended);
            switch (i)
            {
                case 10:
                    await cluster.ActAsync(NodeAct.Kill, "follower-3", 0, ended);
                    break;
                case 20:
                    await cluster.PartitionAsync(["follower-4", "follower-5"], ended);
                    break;
                case 30:
                    await cluster.HealAsync(null, ended);
                    await cluster.ActAsync(NodeAct.Kill, "leader", 0, ended);
                    await cluster.FailOverAsync(null, ended);
                    break;
                case 40:
                    await cluster.StartAsync("follower-3", recovers: true, ended);
                    await cluster.StartAsync("leader", recovers: true, ended);
                    break;
            }
        }

        await Task.WhenAll(writes);
        // Long enough for every retry and repair: how it settles belongs to the run.
        await time.WaitAsync(TimeSpan.FromSeconds(5), ended);
    }

    private sealed class Hashing(IncrementalHash sha) : IEventSink
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public void Publish(NodeEvent nodeEvent)
        {
            _bytes.ResetWrittenCount();
            EventCodec.Write(_bytes, new EventBatch { Node = nodeEvent.Node, Incarnation = nodeEvent.Incarnation, Events = [nodeEvent] });
            sha.AppendData(_bytes.WrittenSpan);
        }
    }
}
