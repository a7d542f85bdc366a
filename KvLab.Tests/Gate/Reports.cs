using System.Buffers;
using KvLab.Core.Events;

namespace KvLab.Tests.Gate;

/// <summary>What a node reports in one message, as it travels, and when it is sent.</summary>
internal sealed record Report(TimeSpan At, EventBatch Batch, ReadOnlyMemory<byte> Packed)
{
    /// <summary>As <c>TelemetrySender</c> gathers: for 10 ms, and for 40 ms where the message before held more than eight.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BusyGathering = TimeSpan.FromMilliseconds(40);
    private const int BusyEvents = 8;

    /// <summary>Of all nodes, in the order in which they are sent.</summary>
    /// <param name="events">Nothing of what happened before them waits to be sent.</param>
    public static IReadOnlyList<Report> Of(IEnumerable<(NodeEvent Event, TimeSpan At)> events) =>
    [
        .. events.GroupBy(e => e.Event.Node).SelectMany(node => Gather([.. node]))
            .OrderBy(r => r.At).ThenBy(r => r.Batch.Node, StringComparer.Ordinal),
    ];

    private static IEnumerable<Report> Gather((NodeEvent Event, TimeSpan At)[] events)
    {
        var gathering = Gathering;
        for (var first = 0; first < events.Length;)
        {
            var sent = events[first].At + gathering;
            var after = first;
            while (after < events.Length && events[after].At <= sent) after++;
            var gathered = events[first..after].Select(e => e.Event).ToArray();
            var batch = new EventBatch { Node = gathered[0].Node, Incarnation = gathered[0].Incarnation, Events = gathered };
            var packed = new ArrayBufferWriter<byte>();
            EventCodec.Write(packed, batch);
            yield return new Report(sent, batch, packed.WrittenMemory);
            gathering = after - first > BusyEvents ? BusyGathering : Gathering;
            first = after;
        }
    }
}
