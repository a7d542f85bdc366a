using System.Collections.Concurrent;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;

namespace KvLab.Web.Live;

/// <summary>
/// The ack side of telemetry: what is queued counts as had, because the queue loses nothing while this process lives. What is
/// double is put aside by the reader, so an ack that was lost on its way does no harm.
/// </summary>
public sealed class TelemetryIntake(IngestQueue queue)
{
    // Per node the current incarnation and the highest sequence number queued; bounded by the number of nodes.
    private readonly ConcurrentDictionary<string, Progress> _progress = new(StringComparer.Ordinal);

    /// <returns>The highest sequence number that the dashboard has of this incarnation, 0 for none.</returns>
    public async Task<long> HelloAsync(NodeHello hello, CancellationToken cancellation)
    {
        var progress = _progress.AddOrUpdate(
            hello.Node, _ => new Progress(hello.Incarnation), (_, known) => known.Incarnation == hello.Incarnation ? known : new Progress(hello.Incarnation));
        await queue.EnqueueAsync(new NodeIntroduced(hello), cancellation);
        return progress.Highest;
    }

    /// <param name="batch">Validated: of one node and incarnation, in ascending order.</param>
    /// <param name="packed">The same as it travelled, where it travelled packed; nobody else writes to it.</param>
    /// <returns>The highest sequence number that the dashboard now has.</returns>
    public async Task<long> ReportAsync(EventBatch batch, ReadOnlyMemory<byte> packed, CancellationToken cancellation)
    {
        var progress = _progress.GetOrAdd(batch.Node, _ => new Progress(batch.Incarnation));
        await queue.EnqueueAsync(new EventsReceived(batch) { Packed = packed }, cancellation);
        return batch.Events is [.., { } last] && progress.Incarnation == batch.Incarnation
            ? progress.Raise(last.Sequence)
            : progress.Highest;
    }

    private sealed class Progress(string incarnation)
    {
        private long _highest;

        public string Incarnation { get; } = incarnation;
        public long Highest => Interlocked.Read(ref _highest);

        public long Raise(long sequence)
        {
            while (true)
            {
                var known = Highest;
                if (sequence <= known) return known;
                if (Interlocked.CompareExchange(ref _highest, sequence, known) == known) return sequence;
            }
        }
    }
}
