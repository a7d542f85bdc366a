using System.Collections.Immutable;
using KvLab.Core.Simulation;

namespace KvLab.Core.Simulator;

/// <summary>A node as far as it decides what could happen to it next.</summary>
internal readonly record struct PossibleNode(string Id, bool Up, bool Frozen, bool Leads);

/// <summary>
/// All that decides what could happen next at one place of a path. It is kept for each, so that going back needs no cluster that runs anew; the list of choices with its sentences is made of it.
/// </summary>
/// <param name="Due">The earliest first; a timer is one object however long it waits.</param>
/// <param name="Writes">That clients have begun.</param>
/// <param name="NextLine">Of its script: a story, an experiment or what clients of a recording wrote.</param>
internal sealed record Possible(ImmutableArray<DueTimer> Due, ImmutableArray<PossibleNode> Nodes, int Writes, string? NextLine);
