using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation;
using KvLab.Core.Settings;
using KvLab.Web.Live;
using Microsoft.Extensions.Time.Testing;

namespace KvLab.Tests.Gate;

/// <summary>What the dashboard allocates for reports: to unpack them, to reduce them, and to make ten snapshots a second.</summary>
internal static class ObserverMeter
{
    /// <param name="before">Reports that went before, and are not counted.</param>
    public static long Allocated(LiveSettings settings, IReadOnlyList<Report> before, IReadOnlyList<Report> reports)
    {
        var time = new FakeTimeProvider();
        var began = time.GetUtcNow();
        var observer = new ClusterObserver(time, (s, followers) => OrderStatistics.MeanMs(s, followers));
        foreach (var node in before.Select(r => r.Batch.Node).Distinct().Order(StringComparer.Ordinal))
            observer.Tell(new NodeIntroduced(Hello(node)));
        observer.Tell(new NodeSeeded(NodeRoles.Leader, "1", [], settings));
        Take(before);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Take(reports);
        return GC.GetAllocatedBytesForCurrentThread() - allocated;

        void Take(IReadOnlyList<Report> some)
        {
            foreach (var report in some)
            {
                while (time.GetUtcNow() - began + StatePublisher.Interval <= report.At)
                {
                    time.Advance(StatePublisher.Interval);
                    observer.TakeSnapshot();
                }

                observer.Tell(new EventsReceived(EventCodec.Read(report.Packed.Span)) { Packed = report.Packed });
            }

            observer.TakeSnapshot();
        }
    }

    private static NodeHello Hello(string node) => new()
    {
        Node = node,
        Incarnation = "1",
        Role = node == NodeRoles.Leader ? NodeRoles.Leader : NodeRoles.Follower,
        Url = $"http://{node}",
        OldestSequence = 1,
    };
}
