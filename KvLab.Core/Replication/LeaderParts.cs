using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Storage;

namespace KvLab.Core.Replication;

/// <summary>What a leader stands on, for those who work for it.</summary>
/// <param name="Resets">Whoever looks at the store in order to send enters it, so that a reset is before or after.</param>
/// <param name="Work">Counts what is under way, so that a reset and the end wait for it.</param>
internal sealed record LeaderParts(IKeyValueStore Store, SimulatedNetwork Network, EventRecorder Events, TimeProvider Time, ResetGate Resets, OpenWork Work);
