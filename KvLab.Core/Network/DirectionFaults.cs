using System.Globalization;
using System.Runtime.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Settings;

namespace KvLab.Core.Network;

/// <summary>What is wrong with one direction of a link. All of it adds up; each message has its own fate in each respect.</summary>
[DataContract]
public sealed record DirectionFaults
{
    public static readonly DirectionFaults None = new();

    /// <summary>Everything is lost: a partition of this direction alone.</summary>
    public static readonly DirectionFaults Deaf = new() { LossPercent = 100 };

    public const double LongestDelayMs = 60_000;
    public const int MostDropped = 1000;

    /// <summary>On top of the simulated delay, in ms, 0 … 60,000.</summary>
    [DataMember(Order = 0)] public double ExtraDelayMs { get; init; }

    /// <summary>Uniform on 0 … this, in ms, on top of <see cref="ExtraDelayMs"/>; 0 … 60,000.</summary>
    [DataMember(Order = 1)] public double JitterMs { get; init; }

    /// <summary>How much a message's jitter is like that of the write before, 0 (not at all) … 1 (the same).</summary>
    [DataMember(Order = 2)] public double JitterCorrelation { get; init; }

    /// <summary>0 … 100.</summary>
    [DataMember(Order = 3)] public double LossPercent { get; init; }

    /// <summary>So many of the next messages are lost, then none by this rule; 0 … 1000.</summary>
    [DataMember(Order = 4)] public int DropNext { get; init; }

    /// <summary>Arrives once more. A second answer changes nothing at the sender and is only counted. 0 … 100.</summary>
    [DataMember(Order = 5)] public double DuplicatePercent { get; init; }

    /// <summary>Held back until a later message has passed it, or for <see cref="SimulatedNetwork.LongestHold"/>; 0 … 100.</summary>
    [DataMember(Order = 6)] public double ReorderPercent { get; init; }

    private static readonly string[] Names =
        ["extraDelayMs", "jitterMs", "jitterCorrelation", "lossPercent", "dropNext", "duplicatePercent", "reorderPercent"];

    internal static DirectionFaults Read(JsonFields? fields)
    {
        if (fields is null) return None;
        fields.AllowOnly(Names);
        return new DirectionFaults
        {
            ExtraDelayMs = fields.Number("extraDelayMs") ?? 0,
            JitterMs = fields.Number("jitterMs") ?? 0,
            JitterCorrelation = fields.Number("jitterCorrelation") ?? 0,
            LossPercent = fields.Number("lossPercent") ?? 0,
            DropNext = fields.Int("dropNext") ?? 0,
            DuplicatePercent = fields.Number("duplicatePercent") ?? 0,
            ReorderPercent = fields.Number("reorderPercent") ?? 0,
        };
    }

    /// <param name="path"><c>request.</c> or <c>answer.</c></param>
    internal void Check(string path, FieldErrors errors)
    {
        Range("extraDelayMs", ExtraDelayMs, LongestDelayMs, " ms");
        Range("jitterMs", JitterMs, LongestDelayMs, " ms");
        Range("jitterCorrelation", JitterCorrelation, 1, "");
        Range("lossPercent", LossPercent, 100, "");
        Range("dropNext", DropNext, MostDropped, "");
        Range("duplicatePercent", DuplicatePercent, 100, "");
        Range("reorderPercent", ReorderPercent, 100, "");

        void Range(string field, double value, double to, string unit) => errors.Require(
            double.IsFinite(value) && value >= 0 && value <= to, path + field,
            string.Create(CultureInfo.InvariantCulture, $"{path}{field} must be from 0 to {to:0}{unit}, but is {value}."));
    }

    internal string Describe(string direction)
    {
        var parts = new List<string>();
        if (DropNext > 0) parts.Add(DropNext == 1 ? "the next one lost" : $"the next {DropNext} lost");
        if (LossPercent > 0) parts.Add($"{Text(LossPercent)} % lost");
        if (ExtraDelayMs > 0 || JitterMs > 0)
            parts.Add(JitterMs > 0 ? $"delayed by {Text(ExtraDelayMs)} to {Text(ExtraDelayMs + JitterMs)} ms" : $"delayed by {Text(ExtraDelayMs)} ms");
        if (JitterMs > 0 && JitterCorrelation > 0) parts.Add($"jitter correlated by {Text(JitterCorrelation)}");
        if (DuplicatePercent > 0) parts.Add($"{Text(DuplicatePercent)} % duplicated");
        if (ReorderPercent > 0) parts.Add($"{Text(ReorderPercent)} % reordered");
        return parts.Count == 0 ? "" : $"{direction}: {string.Join(", ", parts)}";
    }

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
