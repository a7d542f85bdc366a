using KvLab.Core.Versioning;

namespace KvLab.Core.Network;

/// <summary>What became of the messages of one direction under faults, since the leader started. A message can count more than once.</summary>
/// <param name="Lost">By chance, by <see cref="DirectionFaults.DropNext"/>, or swallowed.</param>
/// <param name="Refused">Failed at once (requests only).</param>
public sealed record DirectionCounts(long Lost, long Duplicated, long Delayed, long Reordered, long Refused)
{
    public static readonly DirectionCounts None = new(0, 0, 0, 0, 0);
}

/// <summary>Messages of writes and of all other calls between the two nodes together.</summary>
public sealed record LinkCounts(DirectionCounts Request, DirectionCounts Answer)
{
    public static readonly LinkCounts None = new(DirectionCounts.None, DirectionCounts.None);
}

/// <summary>One link of a leader as it is now.</summary>
/// <param name="Faults">With <see cref="DirectionFaults.DropNext"/> as it stands: what is still to be dropped.</param>
public sealed record LinkReport(string Follower, LinkFaults Faults, LinkCounts Counts);

/// <summary>A message of a write that a fault took away.</summary>
/// <param name="Applied">True where the follower had taken it: only the answer was lost.</param>
public sealed record LostMessage(string Follower, string Key, EntryVersion Version, int Attempt, LossReason Reason, bool Applied);

/// <summary>What the fates of one message are drawn from, so that they are the same in every run (see <see cref="DelaySchedule"/>).</summary>
/// <param name="Number">The write's version, counted as the schedule of delays counts it.</param>
/// <param name="Attempt">1 for the first.</param>
public readonly record struct FateDraw(long Seed, long Number, int Attempt);
