using System.Buffers;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Nodes.Transport;

namespace KvLab.Tests.Gate;

/// <param name="Messages">Sent by the leader; an attempt that fails is one too.</param>
/// <param name="Batches">What the messages travelled in.</param>
/// <param name="Bytes">Of batches and their answers.</param>
internal readonly record struct WireCounts(long Messages, long Batches, long Bytes, long AllocatedByFollowers)
{
    public static WireCounts operator +(WireCounts a, WireCounts b) =>
        new(a.Messages + b.Messages, a.Batches + b.Batches, a.Bytes + b.Bytes, a.AllocatedByFollowers + b.AllocatedByFollowers);

    public static WireCounts operator -(WireCounts a, WireCounts b) =>
        new(a.Messages - b.Messages, a.Batches - b.Batches, a.Bytes - b.Bytes, a.AllocatedByFollowers - b.AllocatedByFollowers);
}

/// <summary>
/// Carries batches packed as they travel between processes, and says what the receiving side allocated: everything that a follower does for
/// a batch happens inside, on the caller's thread. The way takes a while, so that messages come to wait for each other and travel together.
/// </summary>
internal sealed class WireMeter(TimeProvider time) : IReplicaTransport
{
    private static readonly TimeSpan Way = TimeSpan.FromMilliseconds(1);

    /// <summary>Length and kind before each batch (<c>BatchFrames</c>).</summary>
    private const int FrameHeader = 5;

    private readonly Dictionary<string, Follower> _followers = [];
    private readonly ArrayBufferWriter<byte> _request = new(64 * 1024);
    private readonly ArrayBufferWriter<byte> _answer = new(64 * 1024);

    public string? Dead { get; set; }
    public WireCounts Counts { get; private set; }

    public void Attach(Follower follower) => _followers[follower.NodeId] = follower;

    public async Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
        Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation)
    {
        Counts += new WireCounts(batch.Count, 1, 0, 0);
        await Task.Delay(Way, time, cancellation);
        if (follower.Id == Dead) throw new TransportException(TransportFailure.Refused, $"No process is listening at {follower.Url}.");
        _request.ResetWrittenCount();
        BatchCodec.WriteMessages(_request, batch);
        Receive(_followers[follower.Id]);
        Counts += new WireCounts(0, 0, _request.WrittenCount + _answer.WrittenCount + 2 * FrameHeader, 0);
        return BatchCodec.ReadAnswers(_answer.WrittenSpan);
    }

    private void Receive(Follower follower)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var taken = follower.ReceiveManyAsync(BatchCodec.ReadMessages(_request.WrittenSpan));
        if (!taken.IsCompletedSuccessfully)
            throw new InvalidOperationException("A follower over memory answers at once; else it could not be told who allocates.");
        _answer.ResetWrittenCount();
        BatchCodec.WriteAnswers(_answer, taken.Result);
        Counts += new WireCounts(0, 0, 0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
