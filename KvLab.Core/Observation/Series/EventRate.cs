using KvLab.Core.Keyframes;

namespace KvLab.Core.Observation.Series;

/// <summary>Events per second over the last <see cref="Seconds"/> seconds; falls back to exactly 0 at rest.</summary>
public sealed class EventRate
{
    public const int Seconds = 2;
    private const int SlotsPerSecond = 10;

    private readonly long[] _slots = new long[Seconds * SlotsPerSecond];
    private long _slot;
    private long _sum;

    /// <param name="nowMs">Monotonic; never goes back.</param>
    public void Add(long nowMs, int events)
    {
        MoveTo(nowMs);
        _slots[_slot % _slots.Length] += events;
        _sum += events;
    }

    public double PerSecond(long nowMs)
    {
        MoveTo(nowMs);
        return (double)_sum / Seconds;
    }

    internal void Save(KeyframeWriter writer)
    {
        writer.Number(_slot);
        foreach (var events in _slots) writer.Number(events);
    }

    internal void Load(ref KeyframeReader reader)
    {
        _slot = reader.Number();
        for (var i = 0; i < _slots.Length; i++) _sum += _slots[i] = reader.Int();
    }

    private void MoveTo(long nowMs)
    {
        var slot = nowMs * SlotsPerSecond / 1000;
        for (var skipped = Math.Min(slot - _slot, _slots.Length); skipped > 0; skipped--)
        {
            _slot++;
            _sum -= _slots[_slot % _slots.Length];
            _slots[_slot % _slots.Length] = 0;
        }
        _slot = Math.Max(_slot, slot);
    }
}
