namespace KvLab.Core.Observation.Timeline;

/// <summary>
/// What an event can know of and who can know of it: along each node in its own order, and from node to node with messages (Lamport's happened-before). Both are moments, one on each lane:
/// what lies before the one may be a cause, what lies after the other may be an effect.
/// </summary>
internal static class Cones
{
    /// <param name="selected">The lines of the selected write.</param>
    /// <param name="node">Whose part in it is meant: the event is the arrival there; null: that it was sent.</param>
    public static Dictionary<string, Cone> Of(Track[] tracks, List<DrawnLine> selected, string? node)
    {
        if (Event(selected, node) is not var (place, at)) return [];
        var past = Past(tracks, place, at);
        var future = Future(tracks, place, at);
        return past.Keys.Union(future.Keys).ToDictionary(lane => lane, lane => new Cone(past.GetValueOrDefault(lane), future.GetValueOrDefault(lane)), StringComparer.Ordinal);
    }

    private static (string Place, long At)? Event(List<DrawnLine> selected, string? node)
    {
        DrawnLine? first = null;
        foreach (var line in selected)
        {
            if (line.Track.Id.Kind is not (LineKind.Request or LineKind.Write)) continue;
            var axis = line.Track.Axis;
            if (node is not null && line.Track.Id is { Kind: LineKind.Request } id && id.To == node && line.Row.End(axis) is var end and > 0) return (node, end);
            if (first is null || line.Row.Begin(axis) < first.Value.Row.Begin(axis)) first = line;
        }

        return first is { } sent ? (sent.Track.Id.From, sent.Row.Begin(sent.Track.Axis)) : null;
    }

    private static Dictionary<string, long> Past(Track[] tracks, string place, long at)
    {
        var latest = new Dictionary<string, long>(StringComparer.Ordinal) { [place] = at };
        var changed = new Queue<string>([place]);
        while (changed.TryDequeue(out var lane))
        {
            foreach (var track in tracks.Where(t => t.Id.To == lane && t.Id.Kind is LineKind.Request or LineKind.Answer))
            {
                var known = latest.GetValueOrDefault(track.Id.From);
                for (var i = track.LowerBound(latest[lane] + 1) - 1; i >= track.First && track[i].Begin(track.Axis) > known; i--)
                {
                    if (track[i].End(track.Axis) is not (var end and > 0) || end > latest[lane]) continue;
                    latest[track.Id.From] = track[i].Begin(track.Axis);
                    changed.Enqueue(track.Id.From);
                    break;
                }
            }
        }

        return latest;
    }

    private static Dictionary<string, long> Future(Track[] tracks, string place, long at)
    {
        var earliest = new Dictionary<string, long>(StringComparer.Ordinal) { [place] = at };
        var changed = new Queue<string>([place]);
        while (changed.TryDequeue(out var lane))
        {
            foreach (var track in tracks.Where(t => t.Id.From == lane && t.Id.Kind is LineKind.Request or LineKind.Answer or LineKind.Write))
            {
                var best = earliest.GetValueOrDefault(track.Id.To, long.MaxValue);
                var known = best;
                for (var i = track.LowerBound(earliest[lane]); i < track.End && track[i].Begin(track.Axis) < best; i++)
                    if (track[i].End(track.Axis) is var end and > 0 && end < best) best = end;
                if (best == known) continue;
                earliest[track.Id.To] = best;
                changed.Enqueue(track.Id.To);
            }
        }

        return earliest;
    }
}
