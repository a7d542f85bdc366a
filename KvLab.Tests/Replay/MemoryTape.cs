using KvLab.Core.Observation.Messages;
using KvLab.Core.Replays;
using KvLab.Tests.Goldens;

namespace KvLab.Tests.Replay;

/// <summary>A stream that is kept in memory, with the states that somebody keeps beside it.</summary>
internal sealed class MemoryTape(IReadOnlyList<Observed> all) : IRecordedStream
{
    public List<RecordedState> States { get; } = [];

    public static MemoryTape Of(string run)
    {
        var all = new List<Observed>();
        foreach (var _ in Observer.Watch(PlayedRun.Of(run), 10, all.Add))
        {
        }

        return new MemoryTape(all);
    }

    public IReadOnlyList<Observed> All => all;
    public long Elements => all.Count;
    public ObserverTime? First => all.Count == 0 ? null : all[0].At;
    public ObserverTime? Last => all.Count == 0 ? null : all[^1].At;
    public IEnumerable<Observed> From(long element) => all.Skip((int)element);
    public long After(long ms) => all.Count(o => o.At.Ms <= ms);
    public long Back(long element, int events)
    {
        for (; element > 0 && events > 0; element--) events -= all[(int)element - 1].What is EventsReceived batch ? batch.Batch.Events.Length : 0;
        return element;
    }

    public RecordedState? StateBefore(long element) => States.LastOrDefault(s => s.Element <= element);
}
