using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Observation.Traffic;

namespace KvLab.Core.Observation.Timeline;

/// <summary>A window of the space-time diagram, as REST tells it: the same lines and sums as the page draws.</summary>
/// <param name="From">The window; null on the Lamport axis.</param>
/// <param name="Messages">Sent within the window: lines and sums that are not of writes, without those that began before it. As many as <c>/api/messages</c> has for the same window.</param>
public sealed record TimelineView(
    TimelineAxis Axis, DateTimeOffset? From, DateTimeOffset? To, long? FromLamport, long? ToLamport, int Messages, IReadOnlyList<TimelineLane> Lanes, IReadOnlyList<LineView> Lines, IReadOnlyList<SumView> Sums,
    IReadOnlyList<SpanView> Spans)
{
    internal static TimelineView Of(TimelinePicture picture)
    {
        var real = picture.Axis == TimelineAxis.Real;
        return new TimelineView(
            picture.Axis, real ? At(picture.From) : null, real ? At(picture.To) : null, real ? null : picture.From, real ? null : picture.To, picture.Messages, picture.Lanes,
            [.. picture.Lines.Select(Line)], [.. picture.Sums.Select(Sum)],
            [.. picture.Spans.Select(s => new SpanView(s.Kind, s.Node, s.Words, At(s.BeginNs)!.Value, At(s.EndNs)))]);

        DateTimeOffset? At(long ns) => ns == 0 ? null : picture.Facts.BeganAt.AddTicks(ns / 100);

        LineView Line(DrawnLine line)
        {
            var (track, row, before) = line;
            var call = track.Id.Kind == LineKind.Call;
            var sent = !row.Is(LineFlags.Unsent);
            return new LineView(
                LineIds.Of(track.Id.Kind, row.Number), track.Id.Kind, track.Id.From, track.Id.To, call ? null : picture.Keys[row.Key], track.Id.Epoch, row.Version, track.Id.Kind == LineKind.Write ? 0 : row.Attempt,
                sent ? At(row.AtNs) : null, At(row.EndNs), sent ? Known(row.AtLamport) : null, Known(row.EndLamport), row.Outcome, row.Is(LineFlags.Inversion), Error(track.Id, row))
            {
                Call = call ? picture.Keys[row.Key] : null,
                Copy = row.Is(LineFlags.Copy),
                Before = before,
                CorrectedMs = row.CorrectedMs,
            };
        }

        double? Error(TrackId track, in LineRow row) => row.Is(LineFlags.ForeignClock) || ErrorOf(track.From) is not { } from || ErrorOf(track.To) is not { } to ? null : from + to;

        double? ErrorOf(string lane) => picture.Lanes.First(l => l.Id == lane).ErrorMs;

        SumView Sum(DrawnSum sum)
        {
            var ends = sum.Tally.MinEnd <= sum.Tally.MaxEnd;
            return new SumView(
                sum.Track.Kind, sum.Track.From, sum.Track.To, sum.Track.Epoch, real ? At(sum.First) : null, real ? At(sum.Last) : null, real && ends ? At(sum.Tally.MinEnd) : null, real && ends ? At(sum.Tally.MaxEnd) : null,
                sum.Tally.Messages, sum.Tally.Ends.ToDictionary(e => EnumNames.NameOf(e.Outcome), e => e.Count), sum.Tally.Inversions)
            {
                FirstLamport = real ? null : sum.First,
                LastLamport = real ? null : sum.Last,
                Before = sum.Before,
            };
        }
    }

    private static long? Known(uint lamport) => lamport == 0 ? null : lamport;
}

/// <summary>One line: a message as in <c>/api/messages</c>, or a write from the leader to its clients.</summary>
/// <param name="ArrivedAt">Of a call: when its answer was there; of a write: when its client was answered.</param>
/// <param name="Outcome">Of a write: decided (success), failed (partial success), under_way, or given_up (its leader ended).</param>
public sealed record LineView(
    string Id, LineKind Kind, string From, string To, string? Key, long Epoch, long Version, int Attempt, DateTimeOffset? SentAt, DateTimeOffset? ArrivedAt, long? LamportSent, long? LamportArrived,
    MessageOutcome Outcome, bool Inversion, double? ErrorMs)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Call { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Copy { get; init; }

    /// <summary>It was sent before the window, and something of it is seen in it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Before { get; init; }

    /// <summary>By so much it is drawn off its told times, because two clocks said that something arrived before it was sent: order wins.</summary>
    public double CorrectedMs { get; init; }
}

/// <summary>Lines of one kind between two nodes that lie too close to be told apart at this width.</summary>
/// <param name="Outcomes">How many of them ended how.</param>
public sealed record SumView(
    LineKind Kind, string From, string To, long Epoch, DateTimeOffset? FirstSentAt, DateTimeOffset? LastSentAt, DateTimeOffset? FirstArrivedAt, DateTimeOffset? LastArrivedAt, int Messages,
    IReadOnlyDictionary<string, int> Outcomes, int Inversions)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? FirstLamport { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? LastLamport { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Before { get; init; }
}

/// <param name="Node">Of an epoch: who leads.</param>
/// <param name="EndAt">Null while it goes on.</param>
public sealed record SpanView(SpanKind Kind, string Node, string Words, DateTimeOffset BeginAt, DateTimeOffset? EndAt);

/// <summary>The same ids as in <c>/api/messages</c>; a write has one of its own.</summary>
internal static class LineIds
{
    public static string Of(LineKind kind, uint number) => kind switch
    {
        LineKind.Request => $"m{number}q",
        LineKind.Answer => $"m{number}a",
        LineKind.Call => $"c{number}",
        LineKind.Read => $"r{number}",
        _ => $"w{number}",
    };

    public static (LineKind Kind, uint Number)? Read(string id)
    {
        foreach (var kind in Enum.GetValues<LineKind>())
        {
            var digits = id.AsSpan(Math.Min(1, id.Length)).TrimEnd("qa");
            if (uint.TryParse(digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && Of(kind, number) == id) return (kind, number);
        }

        return null;
    }
}
