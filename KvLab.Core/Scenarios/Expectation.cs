using KvLab.Core.Events;

namespace KvLab.Core.Scenarios;

/// <summary>What must be so. The words are in docs/scenarios.md.</summary>
public abstract record Expectation;

/// <summary>How the answer of a write came out.</summary>
public enum AnswerKind
{
    Success,
    Partial,
    /// <summary>No answer, or a refusal: the client does not know whether it is stored.</summary>
    Unanswered,
}

/// <summary>How the last read came out.</summary>
public enum ReadKind
{
    /// <summary>No write of the key that a client of this story had been told had succeeded, when it began, is missing.</summary>
    Fresh,
    Stale,
    Unanswered,
}

/// <summary><c>read fresh</c>, <c>read stale</c>, <c>read unanswered</c></summary>
public sealed record ReadExpectation(ReadKind Read) : Expectation;

/// <summary><c>read finds a</c>, <c>read finds nothing</c></summary>
/// <param name="Value">Null: the key is not there.</param>
public sealed record FindsExpectation(string? Value) : Expectation;

/// <param name="Write">The name it was given; null: the last one.</param>
public sealed record AnswerExpectation(string? Write, AnswerKind Answer) : Expectation;

/// <summary><c>first within 50 ms</c></summary>
public sealed record WithinExpectation(string? Write, double Ms) : Expectation;

/// <summary><c>acks = 2</c></summary>
public sealed record AcksExpectation(string? Write, Comparison Acks) : Expectation;

/// <summary><c>k = a on follower-2</c>, <c>k missing on all</c></summary>
/// <param name="Value">Null: the key must be missing.</param>
/// <param name="On">A node, <see cref="Places.All"/> or <see cref="Places.Reigning"/>.</param>
public sealed record EntryExpectation(string Key, string? Value, string On) : Expectation;

/// <summary><c>replicas equal</c>, <c>replicas differ</c></summary>
public sealed record ReplicasExpectation(bool Equal) : Expectation;

/// <summary><c>lost = 0</c>: writes that a client was told had succeeded, of which no node holds that version or a newer one.</summary>
public sealed record LostExpectation(Comparison Lost) : Expectation;

/// <summary><c>refused >= 1 on follower-1</c>, <c>count message_lost = 3</c>: events since the story began.</summary>
/// <param name="On">Null: on any node.</param>
public sealed record EventsExpectation(EventKind Kind, Comparison Count, string? On) : Expectation;

/// <summary><c>burst succeeded = 200</c>: answers of all bursts so far.</summary>
public sealed record BurstExpectation(AnswerKind Answer, Comparison Count) : Expectation;

/// <summary><c>versions increase</c>: no two writes got one version, and a write that was sent after another was answered got a larger one (P2, P3).</summary>
public sealed record VersionsExpectation : Expectation;

/// <summary><c>leader is follower-3</c></summary>
public sealed record LeaderExpectation(string Node) : Expectation;

public static class Places
{
    /// <summary>Every node that is there.</summary>
    public const string All = "all";

    /// <summary>Whoever leads now: a node keeps its name when its role changes.</summary>
    public const string Reigning = "reigning";
}

/// <param name="Operator"><c>=</c>, <c>&gt;=</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&lt;</c>.</param>
public sealed record Comparison(string Operator, long Number)
{
    public static readonly IReadOnlyList<string> Operators = ["=", ">=", "<=", ">", "<"];

    public bool Holds(long value) => Operator switch
    {
        "=" => value == Number,
        ">=" => value >= Number,
        "<=" => value <= Number,
        ">" => value > Number,
        _ => value < Number,
    };
}
