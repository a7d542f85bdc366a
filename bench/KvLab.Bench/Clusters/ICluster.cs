using KvLab.Bench.Load;

namespace KvLab.Bench.Clusters;

/// <summary>Something with a leader and five followers that runs until it is disposed.</summary>
internal interface ICluster : IAsyncDisposable
{
    string Name { get; }

    Target Target(int keys, int valueBytes);

    /// <summary>Its processes by role.</summary>
    IReadOnlyList<CpuMeter> Meters();
}
