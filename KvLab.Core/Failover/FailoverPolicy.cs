using System.Text.Json.Serialization;
using KvLab.Core.Settings;

namespace KvLab.Core.Failover;

[JsonConverter(typeof(JsonStringEnumConverter<FailoverMode>))]
public enum FailoverMode
{
    /// <summary>Somebody says so.</summary>
    [JsonStringEnumMemberName("manual")] Manual,

    /// <summary>When the leader has not answered for the timeout.</summary>
    [JsonStringEnumMemberName("automatic")] Automatic,
}

/// <summary>Who decides that another node leads.</summary>
/// <param name="TimeoutMs">Automatic: so long the leader may be silent, 500 … 60,000 ms.</param>
public sealed record FailoverPolicy(FailoverMode Mode = FailoverMode.Manual, int TimeoutMs = 2000)
{
    public const int ShortestTimeoutMs = 500;
    public const int LongestTimeoutMs = 60_000;

    /// <summary>The rule in one sentence, as the page states it.</summary>
    public string Rule => Mode == FailoverMode.Manual
        ? "Manual: there is no leader until you promote a follower."
        : $"Automatic: the dashboard checks the leader's /health four times a second. If no leader answers for {TimeoutMs} ms (not counting pauses of the dashboard itself), the follower that has seen the newest (epoch, version) is promoted.";

    /// <summary>What is null stays.</summary>
    public static FailoverPolicy Read(JsonFields fields, FailoverPolicy current)
    {
        fields.AllowOnly("mode", "timeoutMs");
        return new FailoverPolicy(
            fields.Choice<FailoverMode>("mode") ?? current.Mode,
            (int?)fields.Long("timeoutMs", ShortestTimeoutMs, LongestTimeoutMs) ?? current.TimeoutMs);
    }
}
