using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using KvLab.Core.Observation.Messages;

namespace KvLab.Web.Live;

/// <summary>
/// What waits for the ingest reader, in order. When it is behind, nodes wait for their ack and keep their events in their own
/// buffers; nothing is dropped here.
/// </summary>
/// <remarks>Not disposable: calls of nodes and the reader may be under way for a moment longer than the host keeps its services.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing that must be given back.")]
public sealed class IngestQueue
{
    /// <summary>Batches of nodes that wait at a time.</summary>
    public const int MaxBatches = 256;

    /// <summary>Messages of the dashboard itself are few; they have room beside the batches.</summary>
    public const int Capacity = 4 * MaxBatches;

    private readonly Channel<IngestMessage> _channel = Channel.CreateBounded<IngestMessage>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly SemaphoreSlim _room = new(MaxBatches, MaxBatches);

    /// <summary>Takes a message of a node; waits while the reader is behind.</summary>
    public async ValueTask EnqueueAsync(IngestMessage message, CancellationToken cancellation)
    {
        var isBatch = message is EventsReceived { IsOwn: false };
        if (isBatch) await _room.WaitAsync(cancellation);
        try
        {
            await _channel.Writer.WriteAsync(message, cancellation);
        }
        catch
        {
            if (isBatch) _room.Release();
            throw;
        }
    }

    /// <summary>Takes a message of the dashboard itself without waiting.</summary>
    /// <returns>False when there is no room; the caller counts it.</returns>
    public bool TryEnqueue(IngestMessage message) => _channel.Writer.TryWrite(message);

    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellation) => _channel.Reader.WaitToReadAsync(cancellation);

    public bool TryRead(out IngestMessage message)
    {
        if (!_channel.Reader.TryRead(out message!)) return false;
        if (message is EventsReceived { IsOwn: false }) _room.Release();
        return true;
    }
}
