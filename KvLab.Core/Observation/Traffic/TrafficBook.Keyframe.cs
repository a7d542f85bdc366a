using KvLab.Core.Keyframes;
using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Observation.Traffic;

internal sealed partial class TrafficBook
{
    public void Save(KeyframeWriter writer, ScheduledDelays delays)
    {
        _trips.Save(writer, delays);
        writer.Number(_latestAcks.Count);
        foreach (var (version, number) in _latestAcks.OrderBy(a => a.Key))
        {
            writer.Version(version);
            writer.Number(number);
        }

        Calls.Save(writer);
        Reads.Save(writer);
        writer.Number(_openReads.Count);
        foreach (var ((read, node), id) in _openReads.OrderBy(r => r.Value))
        {
            writer.Signed(read);
            writer.Text(node);
            writer.Number(id);
        }
    }

    public static TrafficBook Load(ref KeyframeReader reader, ScheduledDelays delays)
    {
        var book = new TrafficBook();
        book._trips.Load(ref reader, delays);
        for (var left = reader.Count(Capacity, leastBytes: 2); left > 0; left--) book._latestAcks[reader.Version()] = reader.Number();
        book.Calls.Load(ref reader);
        book.Reads.Load(ref reader);
        for (var left = reader.Count(CallBook.Capacity, leastBytes: 3); left > 0; left--) book._openReads[(reader.Signed(), reader.Text())] = reader.Number();
        return book;
    }
}

internal sealed partial class CallBook
{
    /// <summary>Calls in a keyframe, the newest. As with attempts, the others are in the recording.</summary>
    public const int MostKept = 512;

    private const int LeastBytesOfCall = 11;

    public void Save(KeyframeWriter writer)
    {
        CallTold[] calls = [.. _calls.Skip(_calls.Count - MostKept)];
        writer.Number(Last);
        writer.Number(calls.Length);
        var sentNs = 0L;
        foreach (var c in calls)
        {
            writer.Signed(c.Number - c.Id);
            foreach (var text in (ReadOnlySpan<string>)[c.From, c.To, c.Name]) writer.Text(text);
            foreach (var flag in (ReadOnlySpan<bool>)[c.Answered, c.ForeignClock, c.Read is not null]) writer.Flag(flag);
            writer.Signed(c.SentNs - sentNs);
            sentNs = c.SentNs;
            writer.Signed(c.ArrivedNs == 0 ? 0 : c.ArrivedNs - c.SentNs + 1);
            writer.Signed(c.AnsweredNs - c.SentNs);
            foreach (var lamport in (ReadOnlySpan<long?>)[c.SentLamport, c.ArrivedLamport, c.AnsweredLamport]) writer.NumberOrNone(lamport);
            if (c.Read is not { } r) continue;
            foreach (var text in (ReadOnlySpan<string>)[r.Node, r.Key]) writer.Text(text);
            foreach (var number in (ReadOnlySpan<long>)[r.Read, r.SentNs, r.AnsweredNs, r.EndedNs, r.Epoch, r.Version]) writer.Signed(number);
            foreach (var flag in (ReadOnlySpan<bool>)[r.Answered, r.Stale, r.Open]) writer.Flag(flag);
        }
    }

    public void Load(ref KeyframeReader reader)
    {
        Last = reader.Number();
        var count = reader.Count(MostKept, LeastBytesOfCall);
        var sentNs = 0L;
        for (var number = Last - count + 1; number <= Last; number++)
        {
            var id = number - reader.Signed();
            var (from, to, name, answered, foreign, isRead) = (reader.Text(), reader.Text(), reader.Text(), reader.Flag(), reader.Flag(), reader.Flag());
            sentNs = unchecked(sentNs + reader.Signed());
            var arrivedNs = reader.Signed() is not 0 and var arrived ? unchecked(sentNs + arrived - 1) : 0;
            var call = new CallTold(number, id, from, to, name, answered, sentNs, arrivedNs, unchecked(sentNs + reader.Signed()), reader.NumberOrNone(), reader.NumberOrNone(), reader.NumberOrNone(), foreign);
            _calls.Enqueue(isRead ? call with { Read = LoadRead(ref reader) } : call);
        }
    }

    private static ReadTold LoadRead(ref KeyframeReader reader)
    {
        var (node, key) = (reader.Text(), reader.Text());
        return new ReadTold(reader.Signed(), node, key, reader.Signed(), reader.Signed(), reader.Signed(), reader.Signed(), reader.Signed(), reader.Flag(), reader.Flag(), reader.Flag());
    }
}
