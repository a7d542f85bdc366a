using System.Text.Json;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Wire;

namespace KvLab.Web.NodeCalls;

/// <summary>How the dashboard reads and writes the nodes' JSON.</summary>
internal static class NodeJson
{
    public static readonly JsonSerializerOptions Options = new(ReadableJson.Options) { Converters = { new StrictEnums() }, MaxDepth = InputRules.DeepestAnswer };
}

/// <param name="DelaysMs">Chosen delays by follower id, for a demonstration.</param>
internal sealed record WriteRequest(string Key, JsonText Value, IReadOnlyDictionary<string, double>? DelaysMs = null);

internal sealed record NodeHealth(string Node, bool Ready, string Role, long Epoch, long LastVersion, int WritesInFlight, int PendingDeliveries, StorageHealth? Storage = null, WaitingHealth? Waiting = null)
{
    public bool IsQuiescent => WritesInFlight == 0 && PendingDeliveries == 0;
}

/// <summary>A leader that started and waits for nodes before it accepts writes.</summary>
internal sealed record WaitingHealth(IReadOnlyList<string> For, string Sentence);

/// <param name="Sentence">What is wrong, without secrets; null while it works.</param>
internal sealed record StorageHealth(string Kind, bool Ok, string? Sentence);

internal sealed record ReadAnswer(string Key, JsonText Value, long Version, long Epoch);

internal sealed record DumpedEntry(JsonText Value, long Version, long Epoch);

internal sealed record LinkSetting(string Follower, LinkFaults Faults);

internal sealed record NodeLinks(IReadOnlyList<LinkReport> Links);

/// <summary>RFC 9457, as far as the dashboard passes it on.</summary>
internal sealed record NodeProblem(string? Title, string? Detail, Dictionary<string, string[]>? Errors);
