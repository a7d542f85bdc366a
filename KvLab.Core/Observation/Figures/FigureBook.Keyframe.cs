using KvLab.Core.Keyframes;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Core.Observation.Figures;

internal sealed partial class FigureBook
{
    /// <summary>Periods that writes may belong to, the current one first: a keyframe calls them by their number.</summary>
    public FigurePeriod[] Numbered() => [Current, .. _before];

    public void Save(KeyframeWriter writer)
    {
        writer.Number(_dropped);
        Current.Save(writer);
        writer.Number(_before.Count);
        foreach (var period in _before) period.Save(writer);
    }

    public static FigureBook Load(ref KeyframeReader reader)
    {
        var book = new FigureBook { _dropped = reader.Int(), _view = null };
        book.Current = FigurePeriod.Load(ref reader);
        book._before.AddRange(reader.Many(reader.Count(StateLimits.FiguresBefore), static (ref r) => FigurePeriod.Load(ref r)));
        if (book._before.Exists(p => p.Conditions is null)) throw new FormatException("The keyframe has figures of settings that it does not name.");
        return book;
    }
}

internal sealed partial class FigurePeriod
{
    public void Save(KeyframeWriter writer)
    {
        writer.Flag(Conditions is not null);
        if (Conditions is { } conditions)
        {
            KeyframeJson.Write(writer, conditions.Settings);
            writer.Signed(conditions.Followers);
            writer.Text(conditions.Storage);
        }

        writer.Time(since);
        writer.RealOrNone(predictedMeanMs);
        foreach (var number in (ReadOnlySpan<long>)[Writes, Success, Partial, RefusedStale]) writer.Signed(number);
        writer.Number(_latencies.Count);
        foreach (var latency in _latencies.ToArray()) writer.Ms(latency);
    }

    public static FigurePeriod Load(ref KeyframeReader reader)
    {
        var conditions = reader.Flag() ? new FigureConditions(KeyframeJson.ReadSettings(ref reader), reader.SignedInt(), reader.Text()) : null;
        var period = new FigurePeriod(conditions, reader.Time(), reader.RealOrNone())
        {
            Writes = reader.Signed(),
            Success = reader.Signed(),
            Partial = reader.Signed(),
            RefusedStale = reader.Signed(),
        };
        period._latencies.Fill(reader.Many(reader.Count(StateLimits.LatencyPoints), static (ref r) => r.Ms()));
        return period;
    }
}
