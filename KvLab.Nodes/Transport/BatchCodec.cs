using System.Buffers;
using System.Text;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Nodes.Transport;

/// <summary>
/// The compact form of <c>POST /internal/replicate</c>: a format number, a count, then the parts of each message or answer in the order of
/// their records; whole numbers as varints, texts as length and UTF-8.
/// </summary>
public static class BatchCodec
{
    public const string ContentType = "application/vnd.kvlab.batch";

    /// <summary>Bytes that a follower takes in one request; a leader's batches are far smaller.</summary>
    public const int LongestBatch = 4 * 1024 * 1024;

    private const byte Format = 2;

    public static void WriteMessages(IBufferWriter<byte> output, IReadOnlyList<ReplicateMessage> messages)
    {
        var writer = new WireWriter(output);
        writer.Byte(Format);
        writer.Number(messages.Count);
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            writer.Text(message.Key);
            writer.Bytes(message.Value.Utf8);
            writer.Number(message.Version.Epoch);
            writer.Number(message.Version.Counter);
            writer.Number(message.Lamport);
            writer.Text(message.From);
            writer.Byte((byte)message.Versioning);
            writer.Number(message.Reign);
        }
    }

    /// <exception cref="FormatException">It is not what <see cref="WriteMessages"/> makes.</exception>
    public static ReplicateMessage[] ReadMessages(ReadOnlySpan<byte> batch)
    {
        var reader = Open(batch, out var count);
        var messages = new ReplicateMessage[count];
        var from = "";
        for (var i = 0; i < count; i++)
        {
            messages[i] = new ReplicateMessage(
                reader.Text(),
                JsonText.FromCompactUtf8(reader.Bytes().ToArray()),
                new EntryVersion(reader.Number(), reader.Number()),
                reader.Number(),
                // All messages of a batch have one sender: one string serves them all.
                from = reader.Text(from),
                (VersioningMode)reader.Byte((byte)VersioningMode.Naive))
            {
                Reign = reader.Number(),
            };
        }

        reader.End();
        return messages;
    }

    public static void WriteAnswers(IBufferWriter<byte> output, ReadOnlySpan<ReplicateAnswer> answers)
    {
        var writer = new WireWriter(output);
        writer.Byte(Format);
        writer.Number(answers.Length);
        foreach (var answer in answers)
        {
            writer.Byte((byte)answer.Outcome);
            writer.Number(answer.Held.Epoch);
            writer.Number(answer.Held.Counter);
            writer.Number(answer.Epoch);
            writer.Number(answer.Lamport);
            writer.Text(answer.Node);
        }
    }

    /// <exception cref="FormatException">It is not what <see cref="WriteAnswers"/> makes.</exception>
    public static ReplicateAnswer[] ReadAnswers(ReadOnlySpan<byte> batch)
    {
        var reader = Open(batch, out var count);
        var answers = new ReplicateAnswer[count];
        var node = "";
        for (var i = 0; i < count; i++)
        {
            answers[i] = new ReplicateAnswer(
                (ReplicateOutcome)reader.Byte((byte)ReplicateOutcome.Fenced),
                new EntryVersion(reader.Number(), reader.Number()),
                reader.Number(),
                reader.Number(),
                node = reader.Text(node));
        }

        reader.End();
        return answers;
    }

    private static WireReader Open(ReadOnlySpan<byte> batch, out int count)
    {
        var reader = new WireReader(batch);
        reader.Byte(Format);
        var announced = reader.Number();
        // Six bytes are the least that a message or an answer takes: a wrong count cannot make us reserve memory.
        if (announced > batch.Length / 6) throw new FormatException("The batch is shorter than its count says.");
        count = (int)announced;
        return reader;
    }

    private ref struct WireWriter(IBufferWriter<byte> output)
    {
        public readonly void Byte(byte value)
        {
            output.GetSpan(1)[0] = value;
            output.Advance(1);
        }

        public readonly void Number(long value)
        {
            var span = output.GetSpan(10);
            var rest = (ulong)value;
            var length = 0;
            for (; rest >= 0x80; rest >>= 7) span[length++] = (byte)(rest | 0x80);
            span[length++] = (byte)rest;
            output.Advance(length);
        }

        public readonly void Bytes(ReadOnlySpan<byte> bytes)
        {
            Number(bytes.Length);
            output.Write(bytes);
        }

        public readonly void Text(string text)
        {
            var length = Encoding.UTF8.GetByteCount(text);
            Number(length);
            output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(length)));
        }
    }

    private ref struct WireReader(ReadOnlySpan<byte> batch)
    {
        private ReadOnlySpan<byte> _rest = batch;

        public byte Byte(byte largest)
        {
            if (_rest.IsEmpty) throw new FormatException("The batch ends too early.");
            var value = _rest[0];
            if (value > largest) throw new FormatException($"The batch holds {value} where at most {largest} is known.");
            _rest = _rest[1..];
            return value;
        }

        public long Number()
        {
            ulong value = 0;
            for (var i = 0; i < _rest.Length && i < 10; i++)
            {
                value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
                if (_rest[i] >= 0x80) continue;
                _rest = _rest[(i + 1)..];
                return (long)value >= 0 ? (long)value : throw new FormatException("The batch holds a number below zero.");
            }

            throw new FormatException("The batch ends within a number.");
        }

        public ReadOnlySpan<byte> Bytes()
        {
            var length = Number();
            if (length > _rest.Length) throw new FormatException("The batch ends within a text.");
            var bytes = _rest[..(int)length];
            _rest = _rest[(int)length..];
            return bytes;
        }

        public string Text() => Encoding.UTF8.GetString(Bytes());

        /// <summary>Gives back <paramref name="expected"/> where that is what stands there.</summary>
        public string Text(string expected)
        {
            var bytes = Bytes();
            return expected.Length == bytes.Length && Ascii.Equals(bytes, expected) ? expected : Encoding.UTF8.GetString(bytes);
        }

        public readonly void End()
        {
            if (!_rest.IsEmpty) throw new FormatException($"{_rest.Length} bytes follow behind the batch.");
        }
    }
}
