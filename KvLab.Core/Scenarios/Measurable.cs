using KvLab.Core.Events;

namespace KvLab.Core.Scenarios;

/// <summary>What <c>measure … as NAME</c> can give a number to. The words are in docs/lessons.md.</summary>
public abstract record Measurable;

/// <summary><c>latency of burst</c>: mean time until an answer, ms, of the last burst.</summary>
public sealed record BurstLatency : Measurable;

/// <summary><c>latency of first</c>: of one write, ms.</summary>
public sealed record WriteLatency(string Write) : Measurable;

/// <summary><c>acks of first</c>: that it had when it was answered.</summary>
public sealed record WriteAcks(string Write) : Measurable;

/// <summary><c>refused on follower-1</c>, <c>count message_lost</c>: events since the story began.</summary>
/// <param name="On">Null: on any node.</param>
public sealed record EventsSeen(EventKind Kind, string? On) : Measurable;

/// <summary><c>burst succeeded</c>: answers of all bursts so far.</summary>
public sealed record BurstAnswers(AnswerKind Answer) : Measurable;

/// <summary><c>lost</c>: writes that a client was told had succeeded, and that no running node holds.</summary>
public sealed record LostWrites : Measurable;

/// <summary>A number that a story has found.</summary>
/// <param name="Unit"><c>ms</c>, or empty: a count.</param>
public sealed record Measured(string Name, double Value, string Unit);
