using KvLab.Core.Keyframes;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Core.Observation.Figures;

internal sealed partial class AvailabilitySeries
{
    private const int LeastBytesOfPoint = 10;

    public void Save(KeyframeWriter writer)
    {
        var points = _past.ToArray();
        writer.Flag(_now is not null);
        if (_now is not null) points = [.. points, _now];
        writer.Number(points.Length);
        var second = 0L;
        foreach (var p in points)
        {
            writer.Signed(p.Second - second);
            second = p.Second;
            foreach (var number in (ReadOnlySpan<int>)[p.Success, p.Partial, p.Unreachable, p.OtherSuccess, p.OtherPartial, p.OtherStale, p.Unavailable, p.Followers, p.Required]) writer.Signed(number);
        }

        var marks = _marks.ToArray();
        writer.Number(marks.Length);
        foreach (var mark in marks)
        {
            writer.Ms(mark.Seconds);
            writer.Text(mark.Node);
            writer.Text(mark.Label);
        }
    }

    public static AvailabilitySeries Load(ref KeyframeReader reader)
    {
        var series = new AvailabilitySeries { _view = null };
        var runs = reader.Flag();
        var second = 0L;
        var points = new AvailabilityPoint[reader.Count(StateLimits.AvailabilityPoints, LeastBytesOfPoint)];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = new AvailabilityPoint(second = unchecked(second + reader.Signed()), reader.SignedInt(), reader.SignedInt(), reader.SignedInt(), reader.SignedInt(),
                reader.SignedInt(), reader.SignedInt(), reader.SignedInt(), reader.SignedInt(), reader.SignedInt());
        }

        if (runs) series._now = points is [.., var last] ? last : throw new FormatException("The keyframe lacks the second that ran.");
        series._past.Fill(runs ? points[..^1] : points);
        series._marks.Fill(reader.Many(reader.Count(StateLimits.FaultMarks, leastBytes: 3), static (ref r) => new FaultMark(r.Ms(), r.TextOrNone(), r.Text())));
        return series;
    }
}
