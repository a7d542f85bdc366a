using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Traffic;

namespace KvLab.Core.Observation.Timeline;

/// <summary>A window of the diagram, packed for a page's script (<c>wwwroot/js/timeline-data.js</c> reads it).</summary>
/// <remarks>
/// Little-endian, texts as u16 length and UTF-8, times in ms since the observer began or as Lamport times. u8 axis; f64 when the observer began (ms since 1970); f64 now, from, to, first; u32 messages
/// sent in the window; u8 lanes, each: text, u8 leads, f32 error in ms (NaN: not known); u16 keys, each: text;
/// u32 lines, each: u8 kind, u8 from, u8 to (lanes), u8 outcome, u8 flags (<see cref="LineFlags"/>; 128: sent before the window), u8 attempt, u8 acks, u16 key, u32 number, u32 epoch, u32 version,
/// f64 begin, f64 end (0: not known), f32 delay, f32 by how many ms told times were corrected;
/// u32 sums, each: u8 kind, u8 from, u8 to, u8 flags (128: before), f64 first and last begin, f64 first and last end (0: none known), u32 messages, u32 inversions, u8 outcomes, each u8 outcome and u32 count;
/// u16 spans, each: u8 kind, u8 lane, f64 begin, f64 end (0: goes on), text; u32 lines of the selected write, as above; u8 cones, each: u8 lane, f64 past, f64 future (0: none).
/// </remarks>
internal static class TimelineFrames
{
    private const double NsPerMs = 1_000_000;
    private const byte Before = 128;

    public static byte[] Pack(TimelinePicture picture)
    {
        var scale = picture.Axis == TimelineAxis.Lamport ? 1 : NsPerMs;
        var lanes = picture.Lanes.Select((l, i) => (l.Id, Number: (byte)Math.Min(i, byte.MaxValue))).ToDictionary(l => l.Id, l => l.Number, StringComparer.Ordinal);
        var keys = new Dictionary<int, ushort>();
        foreach (var line in picture.Lines.Concat(picture.Selected))
            if (keys.Count < ushort.MaxValue) keys.TryAdd(line.Row.Key, (ushort)keys.Count);
        var output = new FrameWriter(512 + (picture.Lines.Count + picture.Selected.Count) * 48 + picture.Sums.Count * 64);
        output.Byte((byte)picture.Axis);
        output.Double((picture.Facts.BeganAt - DateTimeOffset.UnixEpoch).TotalMilliseconds);
        foreach (var time in (long[])[picture.Now, picture.From, picture.To, picture.First]) output.Double(time / scale);
        output.UInt((uint)picture.Messages);
        output.Byte((byte)Math.Min(picture.Lanes.Count, byte.MaxValue));
        foreach (var lane in picture.Lanes.Take(byte.MaxValue))
        {
            output.Text(lane.Id);
            output.Byte(lane.Leads ? (byte)1 : (byte)0);
            output.Float(lane.ErrorMs is { } error ? (float)error : float.NaN);
        }

        output.UShort((ushort)keys.Count);
        foreach (var key in keys.OrderBy(k => k.Value)) output.Text(picture.Keys[key.Key]);
        Lines(picture.Lines);
        output.UInt((uint)picture.Sums.Count);
        foreach (var sum in picture.Sums) Sum(sum);
        var spans = picture.Spans.Where(s => lanes.ContainsKey(s.Node)).Take(ushort.MaxValue).ToArray();
        output.UShort((ushort)spans.Length);
        foreach (var span in spans)
        {
            output.Byte((byte)span.Kind);
            output.Byte(lanes[span.Node]);
            output.Double(span.Begin(picture.Axis) / scale);
            output.Double(span.End(picture.Axis) / scale);
            output.Text(span.Words);
        }

        Lines(picture.Selected);
        output.Byte((byte)Math.Min(picture.Cones.Count, byte.MaxValue));
        foreach (var (lane, cone) in picture.Cones.Take(byte.MaxValue))
        {
            output.Byte(lanes[lane]);
            output.Double(cone.Past / scale);
            output.Double(cone.Future / scale);
        }

        return output.Bytes;

        void Lines(List<DrawnLine> lines)
        {
            output.UInt((uint)lines.Count);
            foreach (var (track, row, before) in lines)
            {
                output.Byte((byte)track.Id.Kind);
                output.Byte(lanes[track.Id.From]);
                output.Byte(lanes[track.Id.To]);
                output.Byte((byte)row.Outcome);
                output.Byte((byte)((byte)row.Flags | (before ? Before : 0)));
                output.Byte(row.Attempt);
                output.Byte(row.Acks);
                output.UShort(keys.GetValueOrDefault(row.Key));
                output.UInt(row.Number);
                output.UInt((uint)track.Id.Epoch);
                output.UInt(row.Version);
                output.Double(row.Begin(picture.Axis) / scale);
                output.Double(row.End(picture.Axis) / scale);
                output.Float(row.DelayMs);
                output.Float((float)row.CorrectedMs);
            }
        }

        void Sum(DrawnSum sum)
        {
            output.Byte((byte)sum.Track.Kind);
            output.Byte(lanes[sum.Track.From]);
            output.Byte(lanes[sum.Track.To]);
            output.Byte(sum.Before ? Before : (byte)0);
            output.Double(sum.First / scale);
            output.Double(sum.Last / scale);
            var ends = sum.Tally.MinEnd <= sum.Tally.MaxEnd;
            output.Double(ends ? sum.Tally.MinEnd / scale : 0);
            output.Double(ends ? sum.Tally.MaxEnd / scale : 0);
            output.UInt((uint)sum.Tally.Messages);
            output.UInt((uint)sum.Tally.Inversions);
            var outcomes = sum.Tally.Ends.ToArray();
            output.Byte((byte)outcomes.Length);
            foreach (var (outcome, count) in outcomes)
            {
                output.Byte((byte)outcome);
                output.UInt((uint)count);
            }
        }
    }
}
