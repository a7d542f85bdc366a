using System.Collections.Immutable;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Simulation;

/// <summary>Where a recorded run stood at one moment, as far as a simulated cluster can go on from there.</summary>
/// <param name="Leads">Who leads.</param>
/// <param name="Last">Its epoch, and the last version that it gave.</param>
/// <param name="Entries">What each node holds.</param>
/// <param name="Open">Writes whose messages are under way.</param>
public sealed record ClusterStart(string Leads, EntryVersion Last, ImmutableDictionary<string, ImmutableArray<Entry>> Entries, ImmutableArray<OpenWrite> Open);
