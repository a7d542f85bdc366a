namespace KvLab.Nodes.Telemetry;

/// <summary>What a node's memory of its own events may cost.</summary>
public sealed record OutboxLimits
{
    public const int DefaultEvents = 200_000;
    public const int FewestEvents = 100;
    public const int MostEvents = 10_000_000;

    /// <summary>Events kept that the dashboard has not confirmed; the oldest is dropped, and counted, for one more.</summary>
    public int Events { get; init; } = DefaultEvents;

    /// <summary>Confirmed events kept for a dashboard that starts anew and knows nothing; at most <see cref="Events"/>.</summary>
    public int History { get; init; } = 10_000;

    /// <summary>Events in one message.</summary>
    public int BatchEvents { get; init; } = 2000;

    /// <summary>Estimated bytes of one message; a larger event travels alone.</summary>
    public int BatchBytes { get; init; } = 256 * 1024;
}
