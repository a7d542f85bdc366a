using KvLab.Core.Control;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Control;

/// <summary>
/// What a cluster of one leader and five followers does when it is told to, whether its nodes are processes or simulated. Each claim begins with an empty lab, and ends with
/// the lab as it was.
/// </summary>
public abstract partial class ControlContract
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Every follower has to confirm, soon.</summary>
    protected static readonly LiveSettingsPatch Strict = new()
    {
        WriteQuorum = 5,
        MinDelayMs = 1,
        MaxDelayMs = 5,
        ReplicationTimeoutMs = 1500,
        AntiEntropyMs = 500,
        Versioning = VersioningMode.Versioned,
        Delivery = Delivery.AtLeastOnce,
    };

    protected static readonly LiveSettingsPatch Lenient = Strict with { WriteQuorum = 1 };

    /// <summary>Tells a cluster something, in its own time.</summary>
    protected abstract Task PlayAsync(Func<IClusterControl, Task> claim);

    private Task HoldsAsync(LiveSettingsPatch settings, Func<IClusterControl, Task> claim) => PlayAsync(async cluster =>
    {
        await cluster.BeginAsync(settings, None);
        try
        {
            await claim(cluster);
        }
        catch (Exception failure)
        {
            // What went wrong first is what counts; what does not end well is said too.
            var ending = await Record.ExceptionAsync(() => cluster.EndAsync(None));
            throw new InvalidOperationException($"{failure.Message}{(ending is null ? "" : $"\nAnd at the end: {ending.Message}")}", failure);
        }

        await cluster.EndAsync(None);
    });

    private static async Task EventuallyAsync(IClusterControl cluster, string what, Func<Task<bool>> isSo)
    {
        var began = cluster.Time.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(cluster.Time.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"not within 30 s: {what}");
            await cluster.Time.WaitAsync(TimeSpan.FromMilliseconds(25), None);
        }
    }

    private static Task<WriteSeen> WriteAsync(IClusterControl cluster, string value, IReadOnlyDictionary<string, double>? delaysMs = null) =>
        cluster.WriteAsync("k", value, delaysMs, None);

    private static async Task<string?> HeldAsync(IClusterControl cluster, string node) =>
        (await cluster.DumpAsync(node, None)).Entries is { } entries && entries.TryGetValue("k", out var entry) ? entry.Value.ToString().Trim('"') : null;

    private static Task HoldAsync(IClusterControl cluster, string value, params string[] nodes) => EventuallyAsync(cluster, $"{string.Join(", ", nodes)} hold {value}", async () =>
    {
        foreach (var node in nodes)
            if (await HeldAsync(cluster, node) != value) return false;
        return true;
    });

    private static readonly string[] All = ["leader", "follower-1", "follower-2", "follower-3", "follower-4", "follower-5"];

    private static string? LeaderOf(IClusterControl cluster) => cluster.Nodes.SingleOrDefault(n => n.Leads)?.Id;

    private static bool IsUp(IClusterControl cluster, string node) => cluster.Nodes.Single(n => n.Id == node).Up;

    private static Task<ControlException> RefusesAsync(Func<Task> command) => Assert.ThrowsAsync<ControlException>(command);

    private static Task ActAsync(IClusterControl cluster, NodeAct act, string node, double amountMs = 0) => cluster.ActAsync(act, node, amountMs, None);

    private static LinkFaults Losing => new() { Request = new DirectionFaults { LossPercent = 100 } };

    private static void Succeeded(WriteSeen write) => Assert.Equal((WriteStatus.Success, null), (write.Status, write.Problem));

    /// <summary>The client is answered when W cannot be reached any more, whatever others confirm afterwards.</summary>
    private static void FellShort(WriteSeen write, int mostAcks)
    {
        Assert.Equal((WriteStatus.PartialSuccess, null), (write.Status, write.Problem));
        Assert.InRange(write.Acks, 0, mostAcks);
    }
}
