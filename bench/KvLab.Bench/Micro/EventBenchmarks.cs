using System.Buffers;
using BenchmarkDotNet.Attributes;
using KvLab.Core.Events;

namespace KvLab.Bench.Micro;

/// <summary>Events on their way: per event, in batches of a busy leader.</summary>
public class EventBenchmarks
{
    private const int Writes = 64;
    private const int Events = Writes * LeaderEvents.PerWrite;

    private readonly EventBatch _batch = new LeaderEvents().Batch(Writes);
    private readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    private byte[] _packed = [];

    [GlobalSetup]
    public void Pack()
    {
        EventCodec.Write(_output, _batch);
        _packed = _output.WrittenSpan.ToArray();
    }

    [Benchmark(Description = "encode an event", OperationsPerInvoke = Events)]
    public int EncodeAnEvent()
    {
        _output.ResetWrittenCount();
        EventCodec.Write(_output, _batch);
        return _output.WrittenCount;
    }

    [Benchmark(Description = "decode an event", OperationsPerInvoke = Events)]
    public EventBatch DecodeAnEvent() => EventCodec.Read(_packed);
}
