using KvLab.Core.Failover;
using KvLab.Web.Drills;
using KvLab.Web.Failover;
using KvLab.Web.Problems;

namespace KvLab.Tests.Infrastructure;

/// <summary>A failover and drills at the seam that the page knows; what they answer is the test's choice.</summary>
public sealed class FakeFailover : IFailover, IDrills
{
    /// <summary>What the page asked for: "promote follower-2", "drill 1", …</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Thrown by the next command, once.</summary>
    public CommandException? Refusal { get; set; }

    /// <summary>A drill does not end before this does.</summary>
    public Task DrillEnds { get; set; } = Task.CompletedTask;

    /// <summary>What the next drills say that others changed.</summary>
    public IReadOnlyList<string> Disturbances { get; set; } = [];

    public FailoverPolicy Policy { get; private set; } = new();
    public IReadOnlyList<FailoverReport> History { get; private set; } = [];
    public string? Doing { get; private set; }
    IReadOnlyList<DrillReport> IDrills.History => Drills;
    public List<DrillReport> Drills { get; } = [];
    public event Action? Changed;

    public void Change(FailoverPolicy policy)
    {
        Policy = policy;
        Changed?.Invoke();
    }

    /// <summary>What a promotion would put at risk.</summary>
    public int AtRisk { get; set; }

    public Task<FailoverRisk> RiskAsync(string? to, CancellationToken cancellation = default) => Task.FromResult(new FailoverRisk(
        to ?? "follower-1", ["follower-1", "follower-2"], AtRisk, [], $"{AtRisk} acknowledged writes are held by none of the 2 nodes asked."));

    public Task<FailoverReport> FailOverAsync(string? to, long? seen = null, bool force = false, CancellationToken cancellation = default)
    {
        Note($"promote {to ?? "the most advanced"}");
        var report = new FailoverReport("leader", to ?? "follower-1", 2, 31, ["follower-2"], ["leader"], 4, 6, 12, "by hand", to is null, "Every acknowledged write had 3 of 5 followers.", DateTimeOffset.UnixEpoch);
        History = [report, .. History];
        Changed?.Invoke();
        return Task.FromResult(report);
    }

    public async Task<DrillReport> DurabilityAsync(int writeQuorum, CancellationToken cancellation = default)
    {
        Note($"drill {writeQuorum}");
        Doing = "leader and follower-1 are killed.";
        Changed?.Invoke();
        await DrillEnds;
        Doing = null;
        var lost = writeQuorum == 1 ? 3 : 0;
        var report = new DrillReport(writeQuorum, 5, ["leader", "follower-1"], "follower-2", [], lost, lost > 0 ? "3 of 3 promises broken." : "Every promise kept.", [], 900, DateTimeOffset.UnixEpoch.AddSeconds(Drills.Count)) { Disturbances = Disturbances };
        Drills.Insert(0, report);
        Changed?.Invoke();
        return report;
    }

    private void Note(string asked)
    {
        if (Refusal is { } refusal)
        {
            Refusal = null;
            throw refusal;
        }
        Asked.Add(asked);
    }
}
