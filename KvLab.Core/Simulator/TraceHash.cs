using System.Buffers;
using System.Security.Cryptography;
using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Simulator;

/// <summary>All that an observer was told, as one number: two runs with the same hash told the same, byte for byte.</summary>
public static class TraceHash
{
    public static string Of(IEnumerable<Observed> stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var element in stream)
        {
            bytes.ResetWrittenCount();
            ObservedCodec.Write(bytes, element);
            hash.AppendData(bytes.WrittenSpan);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
