using System.Buffers;
using CsCheck;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Transport;
using Xunit;

namespace KvLab.Tests.Nodes;

[Trait("Category", "Unit")]
public sealed class BatchCodecTests
{
    private static readonly Gen<EntryVersion> Version = Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue]).Select(v => new EntryVersion(v.Item1, v.Item2));
    private static readonly Gen<string> Text = Gen.String[Gen.Char["aé漢 \"\\/"], 0, 40];

    private static readonly Gen<ReplicateMessage> Message = Gen.Select(Text, Text, Version, Gen.Long[0, long.MaxValue], Text, Gen.Enum<VersioningMode>())
        .Select(m => new ReplicateMessage(m.Item1, JsonText.Of(m.Item2), m.Item3, m.Item4, m.Item5, m.Item6));

    private static readonly Gen<ReplicateAnswer> Answer = Gen.Select(Gen.Enum<ReplicateOutcome>(), Version, Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue], Text)
        .Select(a => new ReplicateAnswer(a.Item1, a.Item2, a.Item3, a.Item4, a.Item5));

    private static byte[] Written(Action<IBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    [Fact]
    public void Messages_come_out_as_they_went_in() => Message.Array[0, 20].Sample(messages =>
        Assert.Equal(messages, BatchCodec.ReadMessages(Written(b => BatchCodec.WriteMessages(b, messages)))), iter: 500);

    [Fact]
    public void Answers_come_out_as_they_went_in() => Answer.Array[0, 20].Sample(answers =>
        Assert.Equal(answers, BatchCodec.ReadAnswers(Written(b => BatchCodec.WriteAnswers(b, answers)))), iter: 500);

    [Fact]
    public void A_batch_that_is_cut_short_is_refused() => Message.Array[1, 5].Sample(messages =>
    {
        var whole = Written(b => BatchCodec.WriteMessages(b, messages));
        for (var length = 0; length < whole.Length; length++)
        {
            var cut = whole[..length];
            Assert.Throws<FormatException>(() => BatchCodec.ReadMessages(cut));
        }
    }, iter: 20);

    [Fact]
    public void Garbage_is_refused_or_read_but_never_crashes() => Gen.Byte.Array[0, 200].Sample(garbage =>
    {
        try
        {
            BatchCodec.ReadMessages(garbage);
            BatchCodec.ReadAnswers(garbage);
        }
        catch (FormatException)
        {
            // What the endpoint answers with 400.
        }
    }, iter: 2000);
}
