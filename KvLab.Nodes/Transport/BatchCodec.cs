using System.Buffers;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Core.Wire;

namespace KvLab.Nodes.Transport;

/// <summary>
/// The compact form of what goes over <c>/internal/replicate</c>: a format number, a count, then the parts of each message or answer in the order of
/// their records; whole numbers as varints, texts as length and UTF-8.
/// </summary>
public static class BatchCodec
{
    public const string ContentType = "application/vnd.kvlab.batch";

    /// <summary>Bytes that a follower takes in one request; a leader's batches are far smaller.</summary>
    public const int LongestBatch = 4 * 1024 * 1024;

    private const byte Format = 4;

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
            writer.Number(message.Leadership);
            writer.Number(message.Attempt);
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
                JsonText.FromOthers(reader.Bytes().ToArray()),
                new EntryVersion(reader.Number(), reader.Number()),
                reader.Number(),
                // All messages of a batch have one sender: one string serves them all.
                from = reader.Text(from),
                (VersioningMode)reader.Byte((byte)VersioningMode.Naive))
            {
                Reign = reader.Number(),
                Leadership = reader.Number(),
                Attempt = (int)Math.Min(reader.Number(), int.MaxValue),
            };
            Check(messages[i]);
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
            if (answers[i].Epoch > InputRules.LargestClock || answers[i].Lamport > InputRules.LargestClock) throw new FormatException("The answers hold a time larger than any that a cluster can reach.");
        }

        reader.End();
        return answers;
    }

    /// <summary>The same rules as for one that a person sends: members of the cluster are believed, but a broken one must not break the others.</summary>
    private static void Check(ReplicateMessage message)
    {
        if ((InputRules.CheckKey(message.Key) ?? InputRules.CheckKey(message.From, "from")) is { } sentence) throw new FormatException($"A message's {sentence}");
        RequireClock(message.Version.Epoch, 1, "epoch");
        RequireClock(message.Reign, 1, "reign");
        RequireClock(message.Lamport, 0, "lamport");
        // A version above every clock can come from a message by hand, and is passed on as it is.
        if (message.Version.Counter < 1) throw new FormatException("A message's version must be at least 1.");
    }

    private static void RequireClock(long value, long least, string what)
    {
        if (value < least || value > InputRules.LargestClock) throw new FormatException($"A message's {what} must be from {least} to {InputRules.LargestClock}, but is {value}.");
    }

    private static WireReader Open(ReadOnlySpan<byte> batch, out int count)
    {
        var reader = new WireReader(batch);
        reader.Byte(Format);
        // Six bytes are the least that a message or an answer takes.
        count = reader.Count(leastBytes: 6);
        return reader;
    }
}
