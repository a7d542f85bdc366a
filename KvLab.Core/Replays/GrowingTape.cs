using System.Buffers;
using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Replays;

/// <summary>A stream that is kept in memory while it grows, with a state every few elements. Safe for one who writes and many who read.</summary>
/// <param name="apart">Elements between two states.</param>
public sealed class GrowingTape(int apart = GrowingTape.Apart) : IRecordedStream
{
    public const int Apart = 1_000;

    private readonly Lock _gate = new();
    private readonly List<Observed> _all = [];
    private readonly List<RecordedState> _states = [];

    public long Elements { get { lock (_gate) return _all.Count; } }

    public ObserverTime? First { get { lock (_gate) return _all.Count == 0 ? null : _all[0].At; } }

    public ObserverTime? Last { get { lock (_gate) return _all.Count == 0 ? null : _all[^1].At; } }

    public void Add(Observed element)
    {
        lock (_gate) _all.Add(element);
    }

    /// <summary>Called where a picture was taken, with what saves the state of now.</summary>
    public void Keep(Action<IBufferWriter<byte>> save)
    {
        lock (_gate)
        {
            if (_all.Count - (_states is [.., var last] ? last.Element : 0) < apart) return;
            var bytes = new ArrayBufferWriter<byte>();
            save(bytes);
            var kept = bytes.WrittenSpan.ToArray();
            _states.Add(new RecordedState(_all.Count, output => output.Write(kept)));
        }
    }

    public IEnumerable<Observed> From(long element)
    {
        for (var i = (int)element; ; i++)
        {
            Observed next;
            lock (_gate)
            {
                if (i >= _all.Count) yield break;
                next = _all[i];
            }

            yield return next;
        }
    }

    public long After(long ms)
    {
        lock (_gate) return Ordered.First(_all.Count, i => _all[i].At.Ms > ms);
    }

    public long Back(long element, int events)
    {
        lock (_gate)
        {
            for (; element > 0 && events > 0; element--) events -= _all[(int)element - 1].What is EventsReceived batch ? batch.Batch.Events.Length : 0;
            return element;
        }
    }

    public RecordedState? StateBefore(long element)
    {
        lock (_gate)
        {
            var behind = Ordered.First(_states.Count, i => _states[i].Element > element);
            return behind == 0 ? null : _states[behind - 1];
        }
    }
}
