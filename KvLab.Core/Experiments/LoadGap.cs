namespace KvLab.Core.Experiments;

/// <summary>Where the time of a gap was lost.</summary>
public enum GapPlace
{
    /// <summary>The leader's clock says so too.</summary>
    Cluster,

    /// <summary>By the leader's clock the writes were quick: the time was lost in the dashboard, which is the client, or on the way.</summary>
    Client,

    /// <summary>No write was under way: the load itself stood still.</summary>
    Load,
}

/// <summary>
/// A time in which no client got an answer although at least one waited, or in which none had anything to wait for. A closed loop stops asking when it is not
/// answered: a pause of many seconds is then a few slow writes among thousands, and no percentile shows it.
/// </summary>
/// <param name="FromMs">Since the point began.</param>
public sealed record LoadGap(double FromMs, double LengthMs, GapPlace Place = GapPlace.Cluster)
{
    public static readonly LoadGap None = new(0, 0);

    /// <summary>A gap that the leader's clock shows less than this share of was not in the leader.</summary>
    private const double SeenByLeader = 0.5;

    /// <summary>Of a gap at the client: the slowest of the writes that waited, by the leader's clock.</summary>
    public double SlowestAtLeaderMs { get; init; }

    public static LoadGap LongestOf(SampleTable samples)
    {
        var (waiting, idle) = (LongestWait(samples), LongestIdle(samples));
        return idle.LengthMs > waiting.LengthMs ? idle : waiting;
    }

    private static LoadGap LongestWait(SampleTable samples)
    {
        var order = Enumerable.Range(0, samples.Count).OrderBy(row => AnsweredMs(samples, row)).ToArray();
        // From the end: the earliest start among the writes that are still to be answered.
        var (waitsSince, longest) = (double.PositiveInfinity, None);
        for (var i = order.Length - 1; i >= 0; i--)
        {
            waitsSince = Math.Min(waitsSince, samples.StartMs[order[i]]);
            var from = Math.Max(waitsSince, i == 0 ? 0 : AnsweredMs(samples, order[i - 1]));
            var length = AnsweredMs(samples, order[i]) - from;
            if (length > longest.LengthMs) longest = new LoadGap(from, length);
        }

        return Placed(longest, samples);
    }

    private static LoadGap Placed(LoadGap gap, SampleTable samples)
    {
        var slowest = Enumerable.Range(0, samples.Count)
            .Where(row => samples.StartMs[row] <= gap.FromMs && AnsweredMs(samples, row) >= gap.FromMs + gap.LengthMs)
            .Select(row => samples.LeaderMs[row]).DefaultIfEmpty(gap.LengthMs).Max();
        return slowest >= SeenByLeader * gap.LengthMs ? gap : gap with { Place = GapPlace.Client, SlowestAtLeaderMs = slowest };
    }

    private static LoadGap LongestIdle(SampleTable samples)
    {
        var (answered, longest) = (double.PositiveInfinity, None);
        foreach (var row in Enumerable.Range(0, samples.Count).OrderBy(row => samples.StartMs[row]))
        {
            var length = samples.StartMs[row] - answered;
            if (length > longest.LengthMs) longest = new LoadGap(answered, length, GapPlace.Load);
            answered = double.IsFinite(answered) ? Math.Max(answered, AnsweredMs(samples, row)) : AnsweredMs(samples, row);
        }

        return longest;
    }

    private static double AnsweredMs(SampleTable samples, int row) => samples.StartMs[row] + samples.ClientMs[row];
}
