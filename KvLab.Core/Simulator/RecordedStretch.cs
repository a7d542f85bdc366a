using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Replays;
using KvLab.Core.Scenarios;

namespace KvLab.Core.Simulator;

/// <summary>A stretch of a recording, to be gone through again by hand: its state at the beginning, and its clients' writes one after the other.</summary>
public static class RecordedStretch
{
    public const double StandardMs = 10_000;
    public const double LongestMs = 600_000;

    /// <summary>More of its writes are not offered.</summary>
    private const int MostWrites = 100;

    /// <param name="ms">On the observer's clock.</param>
    /// <param name="lengthMs">Writes that began within this time are offered.</param>
    /// <param name="origin">Which recording, and when.</param>
    /// <exception cref="ControlException">Nothing can go on from there.</exception>
    public static SimulationPlan PlanOf(IRecordedStream stream, long ms, double lengthMs, string origin)
    {
        var replay = new Replay(stream);
        replay.GoTo(ms);
        var then = replay.Look();
        var writes = new List<string>();
        foreach (var element in stream.From(stream.After(ms)))
        {
            if (element.At.Ms > ms + lengthMs || writes.Count >= MostWrites) break;
            if (element.What is not EventsReceived { Batch.Events: var events }) continue;
            writes.AddRange(events.Where(e => e.Kind == EventKind.WriteAccepted).Select(LineOf).OfType<string>());
        }

        return RecordedStart.PlanOf(then, origin, writes.Count == 0 ? null : string.Join('\n', writes.Take(MostWrites)));
    }

    /// <returns>Null where the story language has no words for it.</returns>
    private static string? LineOf(NodeEvent accepted)
    {
        var line = $"write {accepted.Key} = {(accepted.Value ?? "").Trim('"')}";
        try
        {
            return LineReader.Read(line) is WriteCommand { Key: var key } && key == accepted.Key ? line : null;
        }
        catch (ControlException)
        {
            return null;
        }
    }
}
