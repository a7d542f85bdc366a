using System.Runtime.Serialization;
using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Settings;

namespace KvLab.Core.Network;

/// <summary>Whether anything passes between a leader and one follower.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LinkMode>))]
public enum LinkMode
{
    [JsonStringEnumMemberName("open")] Open,

    /// <summary>Every request fails at once, as if no process were listening there.</summary>
    [JsonStringEnumMemberName("refuse")] Refuse,

    /// <summary>Nothing arrives in either direction, and the sender learns nothing before its deadline: a partition.</summary>
    [JsonStringEnumMemberName("swallow")] Swallow,
}

/// <summary>
/// What is wrong with the way between a leader and one follower. The two directions fail apart, because they mean different things: a request that is
/// lost was never applied; an answer that is lost belongs to a request that was, and the sender cannot tell the two from each other.
/// </summary>
[DataContract]
public sealed record LinkFaults
{
    public static readonly LinkFaults None = new();

    /// <summary>Nothing arrives in either direction.</summary>
    public static readonly LinkFaults Partition = new() { Mode = LinkMode.Swallow };

    /// <summary>Anything but <c>open</c> outweighs what the directions say.</summary>
    [DataMember(Order = 0)] public LinkMode Mode { get; init; } = LinkMode.Open;

    /// <summary>Leader to follower.</summary>
    [DataMember(Order = 1)] public DirectionFaults Request { get; init; } = DirectionFaults.None;

    /// <summary>Follower to leader.</summary>
    [DataMember(Order = 2)] public DirectionFaults Answer { get; init; } = DirectionFaults.None;

    /// <summary>What the fates are drawn from; null: the seed of the write's settings.</summary>
    [DataMember(Order = 3)] public long? Seed { get; init; }

    [IgnoreDataMember, JsonIgnore] public bool IsNone => Mode == LinkMode.Open && Request == DirectionFaults.None && Answer == DirectionFaults.None;

    /// <summary>Every problem at once; empty when all is well.</summary>
    public IReadOnlyList<FieldError> Validate()
    {
        var errors = new FieldErrors();
        errors.Require(Enum.IsDefined(Mode), "mode", $"mode must be {EnumNames.ListOf<LinkMode>()}.");
        Request.Check("request.", errors);
        Answer.Check("answer.", errors);
        return errors.All;
    }

    public static readonly IReadOnlyList<string> FieldNames = ["mode", "request", "answer", "seed"];

    /// <summary>Reads types and names; what is wrong is among the fields' errors. What is absent is without fault. Ranges are the business of <see cref="Validate"/>.</summary>
    public static LinkFaults Read(JsonFields fields)
    {
        fields.AllowOnly([.. FieldNames]);
        return new LinkFaults
        {
            Mode = fields.Choice<LinkMode>("mode") ?? LinkMode.Open,
            Request = DirectionFaults.Read(fields.Object("request")),
            Answer = DirectionFaults.Read(fields.Object("answer")),
            Seed = fields.Long("seed", long.MinValue),
        };
    }

    /// <summary>What a person is told: <c>requests: 20 % lost; answers: delayed by 100 ms</c>.</summary>
    public string Describe() => Mode switch
    {
        LinkMode.Refuse => "every request is refused at once",
        LinkMode.Swallow => "cut: nothing arrives in either direction",
        _ when IsNone => "no faults",
        _ => string.Join("; ", new[] { Request.Describe("requests"), Answer.Describe("answers") }.Where(t => t.Length > 0)),
    };
}
