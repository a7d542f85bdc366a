using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Traffic;

namespace KvLab.Core.Replays;

/// <summary>The messages between nodes that a recording has, with both of their ends.</summary>
public static class RecordedMessages
{
    /// <param name="from">Those that were sent before are of no interest; null: from the beginning.</param>
    /// <param name="to">Nor those that were sent later; null: up to the end.</param>
    /// <returns>At least all of that time, as far as one copy holds them: the newest <see cref="MessageQuery.MostRows"/>.</returns>
    public static TrafficCopy In(IRecordedStream stream, DateTimeOffset? from, DateTimeOffset? to)
    {
        var head = new Playhead(stream);
        // A node reports a little later than it does something, never earlier; what was under way then is in the state that was kept.
        if (from is not null && stream.StateBefore(Element(from.Value)) is { } kept) head.GoTo(new ReplayPlace(kept.Element));
        head.GoOn(new ReplayPlace(to is null ? stream.Elements : stream.After(MsOf(to.Value) + Replay.AheadMs)));
        return head.State.CopyTraffic();

        long Element(DateTimeOffset at) => stream.After(MsOf(at) - 1);
        long MsOf(DateTimeOffset at) => stream.First is { } first ? first.Ms + (long)Math.Floor((at - first.Utc).TotalMilliseconds) : 0;
    }
}
