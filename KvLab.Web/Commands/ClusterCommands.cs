using KvLab.Core.Analysis;
using KvLab.Core.Replication;
using KvLab.Core.Storage;

namespace KvLab.Web.Commands;

/// <summary>Commands of a dashboard that has no cluster yet.</summary>
public sealed class ClusterCommands : IClusterCommands
{
    private static CommandException NoCluster => new(503, "No leader is known yet.");

    public Task<LiveSettings> ChangeSettingsAsync(LiveSettingsPatch patch, CancellationToken cancellation = default) => throw NoCluster;
    public Task<WriteAnswer> WriteAsync(string key, JsonText value, CancellationToken cancellation = default) => throw NoCluster;
    public Task<OutOfOrderDemo> OutOfOrderDemoAsync(string? follower = null, CancellationToken cancellation = default) => throw NoCluster;
    public Burst StartBurst(BurstPlan plan) => throw NoCluster;
    public Burst? FindBurst(string id) => null;
    public IReadOnlyList<Burst> Bursts => [];
    public bool CancelBurst(string id) => false;
    public Task KillNodeAsync(string id, CancellationToken cancellation = default) => throw NoCluster;
    public Task StartNodeAsync(string id, CancellationToken cancellation = default) => throw NoCluster;
    public Task<string> AddFollowerAsync(CancellationToken cancellation = default) => throw NoCluster;
    public Task RemoveFollowerAsync(string id, CancellationToken cancellation = default) => throw NoCluster;
    public Task ResetAsync(CancellationToken cancellation = default) => throw NoCluster;
    public Task<ConvergenceReport> CheckConvergenceAsync(CancellationToken cancellation = default) => throw NoCluster;
    public bool Supervises => false;
}
