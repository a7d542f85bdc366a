using System.Text.Json.Nodes;

namespace KvLab.Bench.Clusters;

/// <summary>What the dashboard heard of the nodes so far.</summary>
/// <param name="Gaps">Sequence numbers that never came.</param>
/// <param name="Dropped">Events that nodes had no room for.</param>
internal sealed record TelemetryCount(long Received, long Doubles, long Gaps, long Dropped)
{
    public string Sentence => $"{Received} events received, {Doubles} twice, {Gaps} missing, {Dropped} dropped";

    public static TelemetryCount Of(JsonNode answer) => new(
        answer["received"]!.GetValue<long>(), answer["doubles"]!.GetValue<long>(), answer["gaps"]!.GetValue<long>(), answer["dropped"]!.GetValue<long>());
}

internal static class TelemetryWaiting
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until all that the nodes had to tell has arrived: nothing new between two looks.</summary>
    /// <exception cref="BenchException">Something arrives for ever.</exception>
    public static async Task<TelemetryCount> QuietTelemetryAsync(this KvLabCluster cluster)
    {
        var deadline = DateTime.UtcNow + Patience;
        for (var before = await CountAsync(cluster); ;)
        {
            await Task.Delay(Interval);
            var now = await CountAsync(cluster);
            if (now.Received == before.Received && now.Dropped == before.Dropped) return now;
            if (DateTime.UtcNow > deadline) throw new BenchException($"Events still arrive after {Patience.TotalSeconds:0} s.");
            before = now;
        }
    }

    private static async Task<TelemetryCount> CountAsync(KvLabCluster cluster) => TelemetryCount.Of(await cluster.GetAsync("/api/telemetry"));
}
