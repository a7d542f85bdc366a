using KvLab.Core.Observation.Traffic;

namespace KvLab.Web.Live;

/// <summary>The messages between nodes, as this dashboard knows them now.</summary>
public interface ITrafficLookup
{
    TrafficCopy CopyTraffic();
}
