using KvLab.Core.Observation.Traffic;

namespace KvLab.Web.Live;

/// <summary>The messages between nodes, as an observer of a cluster knows them now. Whoever shows them does not know whether the cluster is real.</summary>
public interface ITrafficLookup
{
    TrafficCopy CopyTraffic();

    /// <summary>What is new for one viewer, packed for its script; null where nothing is.</summary>
    byte[]? NextTraffic(TrafficCursor cursor);
}
