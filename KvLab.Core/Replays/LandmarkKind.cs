namespace KvLab.Core.Replays;

/// <summary>What is worth going to in a recording.</summary>
public enum LandmarkKind
{
    /// <summary>A leader took a write.</summary>
    Write,

    /// <summary>A follower refused an older version.</summary>
    Refusal,

    /// <summary>Of one key, an older version arrived at a follower after a newer one.</summary>
    Inversion,

    /// <summary>A message, or its answer, was lost.</summary>
    LostMessage,

    /// <summary>A write that its client had been promised is held by nobody any more.</summary>
    LostPromise,

    /// <summary>A node began to lead.</summary>
    Failover,

    /// <summary>A fault of a link or of a node was set or healed, or a process ended.</summary>
    Fault,
}

/// <param name="Place">Right behind what happened.</param>
public readonly record struct Landmark(LandmarkKind Kind, ReplayPlace Place);
