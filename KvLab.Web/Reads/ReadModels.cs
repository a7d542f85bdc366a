using System.Text.Json.Serialization;
using KvLab.Core.Storage;

namespace KvLab.Web.Reads;

/// <summary>What is to be read, and where.</summary>
/// <param name="From">A node's id, or <c>random</c>: any node, another one each time. Null: R decides.</param>
/// <param name="R">So many followers, drawn anew each time; the newest answer is taken. Null: one node.</param>
/// <param name="Reader">Whose reads are compared with each other: what it saw once it should not see older again.</param>
public sealed record ReadRequest(string Key, string? From = null, int? R = null, string Reader = ReadRequest.Anybody)
{
    public const string Random = "random";
    public const string Anybody = "anybody";
}

[JsonConverter(typeof(JsonStringEnumConverter<ReadOutcome>))]
public enum ReadOutcome
{
    /// <summary>Nothing that was promised when it began is missing.</summary>
    [JsonStringEnumMemberName("fresh")] Fresh,

    /// <summary>A newer write of the key had been promised when it began.</summary>
    [JsonStringEnumMemberName("stale")] Stale,

    /// <summary>Stale, and in naive mode: nothing says that it ever heals.</summary>
    [JsonStringEnumMemberName("wrong")] Wrong,

    /// <summary>Nobody answered.</summary>
    [JsonStringEnumMemberName("unanswered")] Unanswered,
}

/// <summary>What one of the nodes said.</summary>
/// <param name="Version">0 where it holds no such key.</param>
/// <param name="LatencyMs">The simulated delay of its answer included.</param>
public sealed record ReadPart(string Node, long Epoch, long Version, double LatencyMs, string? Error);

/// <summary>One read as its client had it.</summary>
/// <param name="Node">Whose answer counted; null where nobody answered.</param>
/// <param name="Value">Null where the key is not held there; in the list of reads also where it has more than 1,024 bytes.</param>
/// <param name="VersionsBehind">Promised writes of the key that it missed.</param>
/// <param name="MsBehind">Since the first of these had been promised, when the read began.</param>
/// <param name="PromisedVersion">The newest promised write of the key when it began; 0: none.</param>
/// <param name="NonMonotonic">This reader had seen a newer version of the key before.</param>
/// <param name="Why">One sentence.</param>
public sealed record ReadRow(
    string Id, string Reader, string Key, JsonText? Value, long Epoch, long Version, string? Node, double LatencyMs, ReadOutcome Outcome, int VersionsBehind, double MsBehind,
    long PromisedEpoch, long PromisedVersion, bool NonMonotonic, int W, int? R, DateTimeOffset At, IReadOnlyList<ReadPart> Asked, string Why);

/// <summary>Reads of one sort: from one node, or from R, under one W.</summary>
/// <param name="From">A node's id, or <c>r=2</c>.</param>
/// <param name="Overlaps">R + W &gt; N held: null where one node was asked.</param>
/// <param name="StaleShare">Of those that were answered, 0 … 1.</param>
/// <param name="VersionsBehind">How many reads missed so many promised writes: entry i is of i + 1, the last of all beyond.</param>
public sealed record ReadFigures(
    string From, int W, bool? Overlaps, long Reads, long Stale, long Wrong, long NonMonotonic, long Unanswered, double StaleShare, double? MsBehindP50, double? MsBehindP99, double? MeanLatencyMs,
    IReadOnlyList<long> VersionsBehind);
