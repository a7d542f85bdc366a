using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Nodes.Peers;

// How replicas speak to each other beside replication; both ends are of one version, so nothing here is a public contract.

internal sealed record WireVersion(string Key, long Epoch, long Version)
{
    public static WireVersion Of(string key, EntryVersion version) => new(key, version.Epoch, version.Counter);
    public EntryVersion ToVersion() => new(Epoch, Version);
}

internal sealed record WireEntry(string Key, JsonText Value, long Epoch, long Version)
{
    public static WireEntry Of(Entry entry) => new(entry.Key, entry.Value, entry.Version.Epoch, entry.Version.Counter);
    public Entry ToEntry() => new(Key, Value, new EntryVersion(Epoch, Version));
}

internal sealed record WireRollBack(string Key, long Epoch, long Version, WireEntry? Instead)
{
    public static WireRollBack Of(RollBack r) => new(r.Key, r.Version.Epoch, r.Version.Counter, r.Instead is null ? null : WireEntry.Of(r.Instead));
    public RollBack ToRollBack() => new(Key, new EntryVersion(Epoch, Version), Instead?.ToEntry());
}

internal sealed record StateMessage(
    string Node, string Incarnation, bool Leads, long Epoch, long Version, int Unconfirmed, bool Remembers, int? SmallestQuorum);

internal sealed record SealRequest(long Epoch, long Leadership = Core.Versioning.LeadershipId.Unnamed);

internal sealed record SealResult(bool Accepted, long Epoch, long Version);

internal sealed record DecideRequest(long Epoch, WireRollBack[] RollBacks);

internal sealed record DecideResult(bool Accepted);

internal sealed record RemoveRequest(long Epoch, long Leadership, WireVersion[] Versions);

internal sealed record RemoveResult(bool Accepted);

internal sealed record NoteResult(bool Accepted);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    MaxDepth = InputRules.DeepestAnswer, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(StateMessage))]
[JsonSerializable(typeof(SealRequest))]
[JsonSerializable(typeof(SealResult))]
[JsonSerializable(typeof(DecideRequest))]
[JsonSerializable(typeof(DecideResult))]
[JsonSerializable(typeof(RemoveRequest))]
[JsonSerializable(typeof(RemoveResult))]
[JsonSerializable(typeof(LeaderNote))]
[JsonSerializable(typeof(NoteResult))]
[JsonSerializable(typeof(WireVersion[]))]
[JsonSerializable(typeof(WireEntry[]))]
[JsonSerializable(typeof(ulong[]))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class PeerJson : JsonSerializerContext;
