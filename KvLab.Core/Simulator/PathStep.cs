namespace KvLab.Core.Simulator;

/// <summary>One step of a path; exactly one of them is there.</summary>
/// <param name="Choice">Index in the list of what could happen then.</param>
/// <param name="Do">A line of the story language: <c>kill follower-2</c>.</param>
/// <param name="UntilMs">The clock moves on to this; nothing is due before it.</param>
public readonly record struct PathStep(int? Choice = null, string? Do = null, double? UntilMs = null);
