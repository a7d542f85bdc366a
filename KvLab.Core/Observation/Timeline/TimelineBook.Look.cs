using KvLab.Core.Configuration;
using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Observation.Timeline;

public sealed partial class TimelineBook
{
    /// <summary>Lines of one track within so many pixels are one.</summary>
    private const int PixelsPerSum = 4;

    /// <summary>Sums of all tracks together; more tracks make them wider.</summary>
    private const int MostSums = 2400;

    // As of the last time that news were taken in.
    private TrafficFacts? _facts;

    internal void Know(TrafficFacts facts) => _facts = facts;

    /// <summary>A window, packed for a page's script.</summary>
    public byte[] Frame(TimelineQuery query) => TimelineFrames.Pack(Look(query));

    /// <summary>A window, for programs.</summary>
    public TimelineView View(TimelineQuery query) => TimelineView.Of(Look(query));

    /// <summary>One line by its id; null where it is not remembered.</summary>
    public LineView? Find(string id)
    {
        if (LineIds.Read(id) is not var (kind, number)) return null;
        foreach (var track in _tracks.Values.Where(t => t.Id.Kind == kind))
        {
            for (var at = track.First; at < track.End; at++)
            {
                if (track[at].Number != number) continue;
                var picture = Look(new TimelineQuery(0, 0));
                picture.Lines.Add(new DrawnLine(track, track[at], Before: false));
                return TimelineView.Of(picture).Lines[^1];
            }
        }

        return null;
    }

    /// <summary>When a write was taken, on this axis; null where it is not remembered.</summary>
    public (long At, string Key)? Find(Versioning.EntryVersion version)
    {
        foreach (var track in _tracks.Values.Where(t => t.Id.Epoch == version.Epoch && t.Id.Kind is LineKind.Write or LineKind.Request).OrderByDescending(t => t.Id.Kind))
            for (var at = track.First; at < track.End; at++)
                if (track[at].Version == version.Counter) return (track.TimeOf(at), _keys[track[at].Key]);
        return null;
    }

    /// <summary>A moment on the axis of real time, in its units.</summary>
    public long NsOf(DateTimeOffset at) => (at - (_facts?.BeganAt ?? at)).Ticks * 100;

    public DateTimeOffset AtOf(long ns) => (_facts?.BeganAt ?? DateTimeOffset.UnixEpoch).AddTicks(ns / 100);

    public bool IsEmpty => _tracks.Values.All(t => t.IsEmpty);

    /// <summary>The observer's time, or the highest Lamport time, as of the last news.</summary>
    public long Now => _facts is null ? 0 : Axis == TimelineAxis.Lamport ? _facts.Lamport : _facts.Now;

    internal TimelinePicture Look(TimelineQuery query)
    {
        var facts = _facts ?? new TrafficFacts(DateTimeOffset.UnixEpoch, 0, 0, [], []);
        var tracks = _tracks.Values.Where(t => Wanted(t.Id, query)).ToArray();
        var picture = new TimelinePicture
        {
            Axis = Axis,
            From = query.From,
            To = query.To,
            Now = Axis == TimelineAxis.Lamport ? facts.Lamport : facts.Now,
            First = _tracks.Values.Where(t => !t.IsEmpty).Select(t => t.TimeOf(t.First)).DefaultIfEmpty(0).Min(),
            Facts = facts,
            Lanes = LanesOf(facts),
            Keys = _keys,
            Spans = [.. facts.Spans.Where(s => s.Begin(Axis) < query.To && (s.End(Axis) == 0 || s.End(Axis) >= query.From))],
        };
        var windows = tracks.Select(t => new Window(t, query, KeyFilter(query))).ToArray();
        var single = windows.Sum(w => w.Lines(query.From)) <= TimelineQuery.MostLines;
        var width = SumWidth(query, windows.Count(w => !w.IsEmpty));
        // What is under way may have begun long before.
        var earliest = windows.Select(w => w.Earliest ?? query.From).DefaultIfEmpty(query.From).Min();
        var before = Math.Max(width, SumWidth(query with { From = earliest, To = query.From }, windows.Length));
        foreach (var window in windows) window.Draw(picture, single ? 0 : width, before);
        if (!query.Selected.IsNone) Select(picture, query);
        return picture;
    }

    private static bool Wanted(TrackId id, TimelineQuery query) =>
        (query.Node is null || id.From == query.Node || id.To == query.Node)
        && (query.Kind is null || id.Kind == query.Kind)
        && (query.Only.IsNone || (id.Epoch == query.Only.Epoch && id.Kind != LineKind.Call));

    /// <summary>Null: every row. A key of which nobody has heard is on no row.</summary>
    private (int Key, uint Version)? KeyFilter(TimelineQuery query)
    {
        if (query.Key is null && query.Only.IsNone) return null;
        return (query.Key is null ? -1 : _keyNumbers.GetValueOrDefault(query.Key, int.MaxValue), (uint)query.Only.Counter);
    }

    /// <summary>The least power of two that so many pixels need: sums keep their places while the window moves.</summary>
    private static long SumWidth(TimelineQuery query, int tracks)
    {
        var sums = Math.Max(1, Math.Min(query.Width / PixelsPerSum, MostSums / Math.Max(1, tracks)));
        return (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, (query.To - query.From) / sums));
    }

    private List<TimelineLane> LanesOf(TrafficFacts facts)
    {
        var known = facts.Lanes.ToDictionary(l => l.Id, StringComparer.Ordinal);
        known.TryAdd(ObserverSources.Clients, new TimelineLane(ObserverSources.Clients, Leads: false, 0));
        foreach (var id in _tracks.Keys.SelectMany(t => new[] { t.From, t.To })) known.TryAdd(id, new TimelineLane(id, Leads: false, null));
        // Where they stand does not change with their roles.
        return [.. known.Values.OrderBy(l => l.Id != ObserverSources.Clients).ThenBy(l => l.Id != Events.NodeRoles.Leader).ThenBy(l => l.Id, NaturalOrder.Instance)];
    }

    private void Select(TimelinePicture picture, TimelineQuery query)
    {
        foreach (var track in _tracks.Values.Where(t => t.Id.Epoch == query.Selected.Epoch && t.Id.Kind != LineKind.Call))
            for (var at = track.First; at < track.End; at++)
                if (track[at].Version == query.Selected.Counter) picture.Selected.Add(new DrawnLine(track, track[at], track.TimeOf(at) < query.From));
        picture.Cones = Cones.Of([.. _tracks.Values], picture.Selected, query.SelectedNode);
    }

    /// <summary>The part of one track that a query asks for.</summary>
    private sealed class Window
    {
        private readonly Track _track;
        private readonly (int Key, uint Version)? _filter;
        private readonly int _from, _to;
        private readonly List<int> _entering = [];
        private readonly List<int>? _matching;

        public Window(Track track, TimelineQuery query, (int Key, uint Version)? filter)
        {
            (_track, _filter) = (track, filter);
            _from = track.LowerBound(query.From);
            _to = Math.Max(_from, track.LowerBound(query.To));
            track.Reaching(_from, query.From, at =>
            {
                if (Matches(at)) _entering.Add(at);
            });
            if (filter is null) return;
            _matching = [];
            for (var at = _from; at < _to; at++)
                if (Matches(at)) _matching.Add(at);
        }

        /// <summary>The first that began before.</summary>
        public long? Earliest => _entering.Count == 0 ? null : _track.TimeOf(_entering[0]);

        public bool IsEmpty => _from == _to && _entering.Count == 0;

        private bool Matches(int at) => _filter is not { } filter
            || ((filter.Key < 0 || _track[at].Key == filter.Key) && (filter.Version == 0 || _track[at].Version == filter.Version));

        public int Lines(long from) => _entering.Count + (_matching?.Count ?? _to - _from);

        /// <param name="width">0: every line by itself.</param>
        /// <param name="widthBefore">Of sums before the window.</param>
        public void Draw(TimelinePicture picture, long width, long widthBefore)
        {
            if (width == 0)
            {
                foreach (var at in _entering) Line(picture, at, before: true);
                foreach (var at in _matching ?? Enumerable.Range(_from, _to - _from)) Line(picture, at, before: false);
                return;
            }

            Scan(picture, _entering, widthBefore, before: true);
            if (_matching is not null) Scan(picture, _matching, width, before: false);
            else
            {
                for (var at = _from; at < _to;)
                {
                    var next = Math.Min(_to, _track.LowerBound((_track.TimeOf(at) / width + 1) * width));
                    if (next - at == 1) Line(picture, at, before: false);
                    else picture.Sums.Add(new DrawnSum(_track.Id, _track.TimeOf(at), _track.TimeOf(next - 1), _track.Sum(at, next), Before: false));
                    at = next;
                }
            }
        }

        private void Scan(TimelinePicture picture, List<int> rows, long width, bool before)
        {
            for (var i = 0; i < rows.Count;)
            {
                var bucket = _track.TimeOf(rows[i]) / width;
                var (tally, first) = (Tally.Empty, i);
                for (; i < rows.Count && _track.TimeOf(rows[i]) / width == bucket; i++) tally.Add(_track[rows[i]], _track.Axis);
                if (tally.Messages == 1) Line(picture, rows[first], before);
                else picture.Sums.Add(new DrawnSum(_track.Id, _track.TimeOf(rows[first]), _track.TimeOf(rows[i - 1]), tally, before));
            }
        }

        private void Line(TimelinePicture picture, int at, bool before) => picture.Lines.Add(new DrawnLine(_track, _track[at], before));
    }
}
