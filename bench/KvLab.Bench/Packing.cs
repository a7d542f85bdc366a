using System.Buffers;
using KvLab.Core.Events;

namespace KvLab.Bench;

internal static class Packing
{
    /// <summary>A batch as a node sends it.</summary>
    public static ReadOnlyMemory<byte> Pack(EventBatch batch)
    {
        var output = new ArrayBufferWriter<byte>(32 * (batch.Events.Length + 1));
        EventCodec.Write(output, batch);
        return output.WrittenMemory;
    }
}
