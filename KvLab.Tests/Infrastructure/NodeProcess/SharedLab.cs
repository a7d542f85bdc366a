using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Infrastructure.NodeProcess;

/// <summary>
/// One running lab for those tests of a class that leave its nodes running: starting six processes costs more than most of them do. Each begins with
/// <see cref="FreshAsync"/>.
/// </summary>
public abstract class SharedLab(int followers) : IAsyncLifetime
{
    private static readonly LiveSettings Beginning = new() { WriteQuorum = 2, MinDelayMs = 0, MaxDelayMs = 0, ReplicationTimeoutMs = LabDashboard.DeadlineMs };

    private LabDashboard? _lab;

    public async ValueTask InitializeAsync() => _lab = await LabDashboard.StartAsync(followers);

    /// <summary>Empty, at rest, with W = 2, no delay and no fault.</summary>
    internal async Task<LabDashboard> FreshAsync()
    {
        var lab = _lab!;
        await lab.DeleteAsync("/api/cluster/links");
        foreach (var node in lab.Snapshot.Nodes.Where(n => n.SlowMs > 0 || n.ClockSkewMs != 0))
            await lab.PutAsync($"/api/cluster/nodes/{node.Id}/faults", new { slowMs = 0, clockSkewMs = 0 });
        await lab.PatchAsync($$"""{"writeQuorum":2,"minDelayMs":0,"maxDelayMs":0,"distribution":"uniform","seed":42,"versioning":"versioned","replicationTimeoutMs":{{LabDashboard.DeadlineMs}}}""");
        await lab.WhenAsync(s => s.Quiescent && s.Settings is { } now && now with { DelayOrigin = 0 } == Beginning);
        await lab.PostAsync("/api/cluster/reset");
        await lab.WhenAsync(s => s.Quiescent && s.Keys.IsEmpty && s.Writes.IsEmpty);
        return lab;
    }

    public async ValueTask DisposeAsync()
    {
        if (_lab is not null) await _lab.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

public sealed class LabOfThree() : SharedLab(3);

public sealed class LabOfFive() : SharedLab(5);
