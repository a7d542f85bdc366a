using System.Text.Json.Serialization;
using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Core.Events;

/// <summary>Facts that hardly any event carries, apart, so that the many others need no room for them. Immutable; null where it would be empty.</summary>
internal sealed record SeldomFacts
{
    public static readonly SeldomFacts None = new();

    public LiveSettings? Settings { get; init; }
    public LinkFaults? Link { get; init; }
    public NodeFaults? Faults { get; init; }
    public long? BytesSent { get; init; }
    public long? BytesCompared { get; init; }
    public CallFacts? Call { get; init; }

    [JsonIgnore] public bool IsEmpty => this == None;
}

/// <summary>Seldom facts travel as JSON: a new setting needs no new code on the wire.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SeldomFacts))]
internal sealed partial class EventJson : JsonSerializerContext;
