namespace KvLab.Core.Experiments;

/// <summary>
/// A time in which no client got an answer although at least one waited. A closed loop stops asking when it is not answered: a pause of many seconds is then a few
/// slow writes among thousands, and no percentile shows it.
/// </summary>
/// <param name="FromMs">Since the point began.</param>
public sealed record LoadGap(double FromMs, double LengthMs)
{
    public static readonly LoadGap None = new(0, 0);

    public static LoadGap LongestOf(SampleTable samples)
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

        return longest;
    }

    private static double AnsweredMs(SampleTable samples, int row) => samples.StartMs[row] + samples.ClientMs[row];
}
