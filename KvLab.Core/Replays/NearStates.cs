using System.Buffers;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using ZstdSharp;

namespace KvLab.Core.Replays;

/// <summary>
/// A recording with more states than its file has: whoever goes through all of it leaves one behind every few thousand events, in memory, so that no place is far from one. What they may
/// take is bounded: where there is no more room, every second one goes, and those that follow are twice as far apart. Safe for concurrent use.
/// </summary>
/// <param name="most">Bytes of all of them.</param>
/// <param name="apart">Events between two of them, at least.</param>
public sealed class NearStates(IRecordedStream stream, int most = NearStates.MostBytes, int apart = NearStates.LeastApart) : IRecordedStream
{
    public const int MostBytes = 32 << 20;

    /// <summary>About 5 ms of replaying, and a state of a burst is packed in five.</summary>
    public const int LeastApart = 4_000;

    private readonly Lock _gate = new();

    // Invariant: in the order of their elements, together at most that many bytes.
    private List<(long Element, byte[] Packed)> _states = [];
    private long _bytes;
    private int _apart = apart;
    private long _eventsAtLast;

    public long Elements => stream.Elements;
    public ObserverTime? First => stream.First;
    public ObserverTime? Last => stream.Last;

    /// <summary>How many are kept now, and their bytes.</summary>
    public (int Count, long Bytes) Kept
    {
        get
        {
            lock (_gate) return (_states.Count, _bytes);
        }
    }

    public IEnumerable<Observed> From(long element) => stream.From(element);
    public long After(long ms) => stream.After(ms);
    public long Back(long element, int events) => stream.Back(element, events);

    public RecordedState? StateBefore(long element)
    {
        var inFile = stream.StateBefore(element);
        lock (_gate)
        {
            var behind = Ordered.First(_states.Count, i => _states[i].Element > element);
            if (behind == 0 || _states[behind - 1].Element <= inFile?.Element) return inFile;
            var (at, packed) = _states[behind - 1];
            return new RecordedState(at, output => Unpack(packed, output));
        }
    }

    private static void Unpack(byte[] packed, IBufferWriter<byte> output)
    {
        using var unpacker = new Decompressor();
        output.Advance(unpacker.Unwrap(packed, output.GetSpan((int)Decompressor.GetDecompressedSize(packed))));
    }

    /// <summary>Called by whoever goes through the recording once, from its beginning, where a picture was taken: a state between two pictures would show the earlier one's moment.</summary>
    /// <param name="element">So many elements were told to it.</param>
    /// <param name="events">And so many events.</param>
    public void Pass(ClusterReducer state, long element, long events)
    {
        if (events - _eventsAtLast < _apart) return;
        _eventsAtLast = events;
        var bytes = new ArrayBufferWriter<byte>();
        state.Save(bytes);
        using var packer = new Compressor(1);
        var packed = packer.Wrap(bytes.WrittenSpan).ToArray();
        lock (_gate)
        {
            _states.Add((element, packed));
            _bytes += packed.Length;
            while (_bytes > most && _states.Count > 0) Thin();
        }
    }

    private void Thin()
    {
        _states = [.. _states.Where((_, i) => i % 2 == 1)];
        _bytes = _states.Sum(s => (long)s.Packed.Length);
        _apart *= 2;
    }
}
