using KvLab.Core.Events;

namespace KvLab.Nodes.Telemetry;

/// <summary>One connection to a dashboard, from its start to its end.</summary>
public interface IDashboardSession : IAsyncDisposable
{
    /// <returns>The highest sequence number that the dashboard has of this incarnation, 0 for none.</returns>
    Task<long> HelloAsync(NodeHello hello, CancellationToken cancellation);

    /// <returns>The highest sequence number that the dashboard now has.</returns>
    Task<long> ReportAsync(EventBatch batch, CancellationToken cancellation);

    /// <summary>Cancelled when the connection ends.</summary>
    CancellationToken Ended { get; }
}

/// <summary>Opens a connection, or throws.</summary>
public delegate Task<IDashboardSession> ConnectToDashboard(CancellationToken cancellation);
