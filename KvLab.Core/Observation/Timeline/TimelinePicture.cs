using KvLab.Core.Observation.Traffic;

namespace KvLab.Core.Observation.Timeline;

/// <summary>One line by itself.</summary>
/// <param name="Before">It was sent before the window begins, and is no part of its count.</param>
internal readonly record struct DrawnLine(Track Track, LineRow Row, bool Before);

/// <summary>Lines of one track that lie too close to be told apart.</summary>
/// <param name="First">The begin of the first, and of the last.</param>
internal readonly record struct DrawnSum(TrackId Track, long First, long Last, Tally Tally, bool Before);

/// <summary>One node, or the clients, in the order in which they stand.</summary>
/// <param name="ErrorMs">By so much its times may be wrong; null where nobody knows.</param>
public sealed record TimelineLane(string Id, bool Leads, double? ErrorMs);

/// <summary>Until when something of a lane is a cause of the selected event, and from when on something may be its effect; 0 where nothing is.</summary>
internal readonly record struct Cone(long Past, long Future);

/// <summary>A window of the diagram, bounded by its pixels: nothing is left out, what is too close together is summed up.</summary>
internal sealed class TimelinePicture
{
    public required TimelineAxis Axis { get; init; }
    public required long From { get; init; }
    public required long To { get; init; }

    /// <summary>The observer's time when it was made; on the Lamport axis the highest that was told.</summary>
    public required long Now { get; init; }

    /// <summary>The earliest line that is remembered.</summary>
    public required long First { get; init; }
    public required TrafficFacts Facts { get; init; }
    public required IReadOnlyList<TimelineLane> Lanes { get; init; }
    public required IReadOnlyList<string> Keys { get; init; }
    public required IReadOnlyList<LaneSpan> Spans { get; init; }
    public List<DrawnLine> Lines { get; } = [];
    public List<DrawnSum> Sums { get; } = [];

    /// <summary>Of the selected write, whether or not they are among the others.</summary>
    public List<DrawnLine> Selected { get; } = [];

    /// <summary>By lane; empty where nothing is selected.</summary>
    public Dictionary<string, Cone> Cones { get; set; } = [];

    /// <summary>Messages that were sent within the window; lines of writes are none.</summary>
    public int Messages => Lines.Count(l => !l.Before && l.Track.Id.Kind != LineKind.Write) + Sums.Where(s => !s.Before && s.Track.Kind != LineKind.Write).Sum(s => s.Tally.Messages);
}

/// <summary>What the observer knows beside the lines.</summary>
/// <param name="BeganAt">When its nanoseconds began.</param>
/// <param name="Now">ns since then.</param>
/// <param name="Lamport">The highest Lamport time that was told.</param>
internal sealed record TrafficFacts(DateTimeOffset BeganAt, long Now, long Lamport, IReadOnlyList<TimelineLane> Lanes, IReadOnlyList<LaneSpan> Spans);
