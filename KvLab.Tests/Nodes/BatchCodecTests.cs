using System.Buffers;
using CsCheck;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Transport;
using Xunit;

namespace KvLab.Tests.Nodes;

[Trait("Category", "Unit")]
public sealed class BatchCodecTests
{
    private static readonly Gen<long> Clock = Gen.Long[0, InputRules.LargestClock];
    private static readonly Gen<EntryVersion> Version = Gen.Select(Gen.Long[1, InputRules.LargestClock], Gen.Long[1, long.MaxValue]).Select(v => new EntryVersion(v.Item1, v.Item2));
    private static readonly Gen<string> Text = Gen.String[Gen.Char["aé漢 \"\\/"], 1, 40];

    private static readonly Gen<ReplicateMessage> Message = Gen.Select(Text, Text, Version, Clock, Text, Gen.Enum<VersioningMode>())
        .Select(m => new ReplicateMessage(m.Item1, JsonText.Of(m.Item2), m.Item3, m.Item4, m.Item5, m.Item6));

    private static readonly Gen<ReplicateAnswer> Answer = Gen.Select(Gen.Enum<ReplicateOutcome>(), Version, Clock, Clock, Text)
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

    private static readonly ReplicateMessage Good = new("k", JsonText.Of("v"), new EntryVersion(1, 1), 1, "leader", VersioningMode.Versioned);

    public static TheoryData<string, ReplicateMessage> Wrong => new()
    {
        { "key", Good with { Key = "" } },
        { "key", Good with { Key = "a\nb" } },
        { "key", Good with { Key = new string('k', InputRules.LongestKey + 1) } },
        { "from", Good with { From = "" } },
        { "epoch", Good with { Version = new EntryVersion(0, 1) } },
        { "epoch", Good with { Version = new EntryVersion(long.MaxValue, 1) } },
        { "version", Good with { Version = new EntryVersion(1, 0) } },
        { "lamport", Good with { Lamport = long.MaxValue } },
        { "reign", Good with { Reign = long.MaxValue } },
        { "value", Good with { Value = JsonText.FromCompactUtf8("{"u8.ToArray()) } },
        { "value", Good with { Value = JsonText.FromCompactUtf8("1 2"u8.ToArray()) } },
        { "value", Good with { Value = JsonText.FromCompactUtf8("\"\\ud800\""u8.ToArray()) } },
        { "value", Good with { Value = JsonText.FromCompactUtf8([(byte)'"', 0xFF, (byte)'"']) } },
        { "value", Good with { Value = JsonText.Of(new string('v', InputRules.LargestValue)) } },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void What_no_client_could_have_written_is_refused(string part, ReplicateMessage message)
    {
        var batch = Written(b => BatchCodec.WriteMessages(b, [Good, message]));
        Assert.Contains(part, Assert.Throws<FormatException>(() => BatchCodec.ReadMessages(batch)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0x00 })]
    public void A_number_of_more_than_64_bits_is_none(byte[] number) => Assert.Throws<FormatException>(() => new KvLab.Core.Wire.WireReader(number).Number());

    [Fact]
    public void A_text_that_is_not_UTF8_is_none() => Assert.Throws<FormatException>(() => new KvLab.Core.Wire.WireReader([1, 0xFF]).Text());

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
