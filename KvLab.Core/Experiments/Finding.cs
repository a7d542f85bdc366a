using System.Text.Json.Serialization;
using KvLab.Core.Experiments.Plans;

namespace KvLab.Core.Experiments;

[JsonConverter(typeof(JsonStringEnumConverter<FindingKind>))]
public enum FindingKind
{
    /// <summary>Latency hardly rises with W although the delays say it should.</summary>
    [JsonStringEnumMemberName("flat_over_quorum")] FlatOverQuorum,
    /// <summary>The clients ask for more than the machine can do.</summary>
    [JsonStringEnumMemberName("saturated")] Saturated,
    /// <summary>The machine adds more than the delays that are studied.</summary>
    [JsonStringEnumMemberName("overhead_dominates")] OverheadDominates,
    /// <summary>Latency at W &lt; N is what W = N would give.</summary>
    [JsonStringEnumMemberName("waits_for_all")] WaitsForAll,
    /// <summary>Many writes ended at their deadline.</summary>
    [JsonStringEnumMemberName("timeouts_dominate")] TimeoutsDominate,
    /// <summary>Chance is as large as the difference that is looked for.</summary>
    [JsonStringEnumMemberName("too_few_writes")] TooFewWrites,
    /// <summary>Somebody else changed the cluster while it was measured.</summary>
    [JsonStringEnumMemberName("disturbed")] Disturbed,
    /// <summary>For a long time nobody was answered, which percentiles do not show.</summary>
    [JsonStringEnumMemberName("pause")] Pause,
    /// <summary>Deliveries were still pending when the run stopped waiting for them.</summary>
    [JsonStringEnumMemberName("not_quiescent")] NotQuiescent,
    /// <summary>Replicas were compared while replication went on.</summary>
    [JsonStringEnumMemberName("compared_before_quiescence")] ComparedBeforeQuiescence,
    /// <summary>Replicas still differ after settling.</summary>
    [JsonStringEnumMemberName("diverged")] Diverged,
    /// <summary>A replica did not answer after settling, so whether it differs is not known.</summary>
    [JsonStringEnumMemberName("not_compared")] NotCompared,
    /// <summary>The measured mean lies outside the predicted band.</summary>
    [JsonStringEnumMemberName("outside_band")] OutsideBand,
    /// <summary>Writes got no answer.</summary>
    [JsonStringEnumMemberName("unanswered")] Unanswered,
    /// <summary>A storage of the plan could not be used.</summary>
    [JsonStringEnumMemberName("storage_absent")] StorageAbsent,
}

[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
public enum Severity
{
    /// <summary>Worth knowing.</summary>
    [JsonStringEnumMemberName("info")] Info,
    /// <summary>The result proves less than it seems to.</summary>
    [JsonStringEnumMemberName("warning")] Warning,
    /// <summary>The result proves nothing.</summary>
    [JsonStringEnumMemberName("error")] Error,
}

/// <summary>Something about a result that its reader must know, with the numbers that show it.</summary>
/// <param name="Sentence">For people, with the numbers in it.</param>
/// <param name="Numbers">The same numbers by name; units at the ends of the names.</param>
/// <param name="Points">Indices of the points that it is about.</param>
/// <param name="Suggestion">The same plan, changed so that the finding should go away; null where there is none.</param>
public sealed record Finding(
    FindingKind Kind, Severity Severity, string Sentence, IReadOnlyDictionary<string, double> Numbers, IReadOnlyList<int> Points,
    ExperimentPlan? Suggestion = null);
