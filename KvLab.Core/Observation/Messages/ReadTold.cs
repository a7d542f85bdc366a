namespace KvLab.Core.Observation.Messages;

/// <summary>One node was asked for a key by a client of this dashboard. Times are raw monotonic ns of the dashboard's machine.</summary>
/// <param name="Read">Number of the read: of R answers each is told.</param>
/// <param name="AnsweredNs">When the node had answered, and its answer began to travel.</param>
/// <param name="EndedNs">When the client had the answer, or gave up; while the answer travels: when it is due.</param>
/// <param name="Open">It travels: what became of it is told by the same node and number later.</param>
/// <param name="Version">0 where the node does not hold the key, or did not answer.</param>
/// <param name="Stale">A newer write of the key had been promised when the read began.</param>
public readonly record struct ReadTold(long Read, string Node, string Key, long SentNs, long AnsweredNs, long EndedNs, long Epoch, long Version, bool Answered, bool Stale, bool Open = false);
