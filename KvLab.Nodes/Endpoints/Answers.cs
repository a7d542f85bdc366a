using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.CatchUp;
using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Wire;
using KvLab.Nodes.Storage;
using KvLab.Nodes.Telemetry;

namespace KvLab.Nodes.Endpoints;

internal sealed record WriteAnswer(
    WriteStatus Status, string Key, long Version, long Epoch, int Acks, int Required,
    [property: JsonPropertyName("elapsed_ms")] double ElapsedMs, string Note);

internal sealed record ReadAnswer(string Key, JsonText Value, long Version, long Epoch, string Node);

internal sealed record ReplicateResult(
    string Status, bool Updated,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    [property: JsonPropertyName("current_version"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? CurrentVersion);

/// <param name="Keys">Null while the storage cannot be asked.</param>
/// <param name="Leader">Where the leader answers; null while a follower has not heard of one.</param>
internal sealed record NodeHealthAnswer(
    string Status, bool Ready, string Role, string Node, string Incarnation, long Epoch, long LastVersion, long? Keys, string? Leader, double UptimeSeconds,
    int WritesInFlight, int PendingDeliveries, StorageStatus Storage,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] WaitingAnswer? Waiting = null);

/// <summary>Why a leader that started accepts no writes yet.</summary>
/// <param name="For">Nodes that do not answer.</param>
/// <param name="Heard">Nodes that answered and kept their data.</param>
/// <param name="Forgetful">Nodes that answered, but began empty.</param>
/// <param name="Needed">How many nodes that kept their data have to be heard.</param>
/// <param name="AtRisk">What going on now (<c>POST /internal/recovery/proceed</c>) may lose.</param>
internal sealed record WaitingAnswer(
    IReadOnlyList<string> For, IReadOnlyList<string> Heard, IReadOnlyList<string> Forgetful, int Needed, int SmallestQuorum, string Sentence, string AtRisk)
{
    public static WaitingAnswer? Of(Hearing? hearing) => hearing is null ? null : new(
        hearing.Silent, hearing.Heard, hearing.Forgetful, hearing.Needed, hearing.SmallestQuorum, hearing.Waiting, hearing.AtRisk);
}

internal sealed record FollowerConfigAnswer(VersioningMode Versioning);

internal sealed record FollowersAnswer(IReadOnlyList<Peer> Followers);

internal sealed record FollowerStatusAnswer(
    string Id, string Url, int Pending, long NewestAckedEpoch, long NewestAckedVersion, long Acked, long Superseded, long FailedAttempts, long Abandoned, string? LastFailure);

internal sealed record StatusAnswer(
    string Node, string Role, bool Quiescent, int WritesInFlight, int PendingDeliveries,
    IReadOnlyList<FollowerStatusAnswer> Followers, RepairTotals? Repairs, TelemetryStatusAnswer? Telemetry);

internal sealed record ProceedAnswer(string Node, string Status);

internal sealed record StepDownAnswer(string Node, string Role, long Epoch);

internal sealed record OwnLinksAnswer(IReadOnlyList<LinkReport> Links);

internal sealed record ClearAnswer(string Status, string Node);

/// <summary>Serialisers made at compile time: a node starts without looking at types.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WriteAnswer))]
[JsonSerializable(typeof(ReadAnswer))]
[JsonSerializable(typeof(ReplicateResult))]
[JsonSerializable(typeof(NodeHealthAnswer))]
[JsonSerializable(typeof(LeaderConfigAnswer))]
[JsonSerializable(typeof(FollowerConfigAnswer))]
[JsonSerializable(typeof(FollowersAnswer))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(ReignReport))]
[JsonSerializable(typeof(StepDownAnswer))]
[JsonSerializable(typeof(ProceedAnswer))]
[JsonSerializable(typeof(ClearAnswer))]
[JsonSerializable(typeof(NodeFaults))]
[JsonSerializable(typeof(OwnLinksAnswer))]
[JsonSerializable(typeof(MachineClock))]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    /// <summary>Text stays readable for people with curl; answers are never put into a page.</summary>
    public static AnswerJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = ReadableEncoder.Instance });
}
