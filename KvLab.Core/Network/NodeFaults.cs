using System.Globalization;
using System.Runtime.Serialization;
using System.Text.Json.Serialization;
using KvLab.Core.Configuration;

namespace KvLab.Core.Network;

/// <summary>What is wrong with one node itself, whoever talks to it.</summary>
[DataContract]
public sealed record NodeFaults
{
    public static readonly NodeFaults None = new();

    public const double LongestSlowMs = 60_000;
    public const long LargestSkewMs = 86_400_000;

    /// <summary>Before it handles a write, a read or a replicated message, the node waits so many ms; 0 … 60,000.</summary>
    [DataMember(Order = 0)] public double SlowMs { get; init; }

    /// <summary>How far the node's wall clock is ahead, in ms, ± one day. Shows in the time of events; versions and the order of events do not depend on it.</summary>
    [DataMember(Order = 1)] public long ClockSkewMs { get; init; }

    /// <summary>Does nothing at all, as a stopped process: requests wait until it thaws, nothing is sent. Where signals reach the process, they freeze it instead.</summary>
    [DataMember(Order = 2)] public bool Frozen { get; init; }

    [IgnoreDataMember, JsonIgnore] public bool IsNone => this == None;

    /// <summary>Every problem at once; empty when all is well.</summary>
    public IReadOnlyList<FieldError> Validate()
    {
        var errors = new FieldErrors();
        errors.Require(double.IsFinite(SlowMs) && SlowMs is >= 0 and <= LongestSlowMs, "slowMs",
            string.Create(CultureInfo.InvariantCulture, $"slowMs must be from 0 to {LongestSlowMs:0} ms, but is {SlowMs}."));
        errors.Require(ClockSkewMs is >= -LargestSkewMs and <= LargestSkewMs, "clockSkewMs",
            $"clockSkewMs must be from -{LargestSkewMs} to {LargestSkewMs} ms, but is {ClockSkewMs}.");
        return errors.All;
    }

    /// <summary>What a person is told.</summary>
    public string Describe()
    {
        var parts = new List<string>();
        if (Frozen) parts.Add("frozen");
        if (SlowMs > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"slow by {SlowMs:0.##} ms per request"));
        if (ClockSkewMs != 0) parts.Add($"wall clock {Math.Abs(ClockSkewMs)} ms {(ClockSkewMs > 0 ? "ahead" : "behind")}");
        return parts.Count == 0 ? "no faults" : string.Join(", ", parts);
    }
}
