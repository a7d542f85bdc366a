using System.Buffers;
using System.Buffers.Binary;
using KvLab.Core.Observation.Messages;

namespace KvLab.Tests.Replay;

/// <summary>The one stream in a file: each message behind its length.</summary>
internal static class Tape
{
    public static void Append(Stream file, Observed observed)
    {
        var bytes = new ArrayBufferWriter<byte>();
        ObservedCodec.Write(bytes, observed);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.WrittenCount);
        file.Write(length);
        file.Write(bytes.WrittenSpan);
    }

    public static IEnumerable<Observed> Read(byte[] tape)
    {
        for (var at = 0; at < tape.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(tape.AsSpan(at));
            yield return ObservedCodec.Read(tape.AsMemory(at + sizeof(int), length));
            at += sizeof(int) + length;
        }
    }
}
