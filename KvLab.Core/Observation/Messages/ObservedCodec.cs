using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.Events;
using KvLab.Core.Wire;

namespace KvLab.Core.Observation.Messages;

/// <summary>
/// The one stream's elements as bytes: a format byte, milliseconds and UTC ticks, a kind, and what belongs to it. Events are packed as they travel
/// (<see cref="EventCodec"/>), everything that is seldom is JSON. What was read makes the same state as what was written.
/// </summary>
public static class ObservedCodec
{
    private const byte Format = 1;

    private enum Kind : byte
    {
        /// <summary>Any message but the following ones, as JSON.</summary>
        Seldom,
        Picture,
        Events,

        /// <summary>They came packed, and are kept so: what falls out of the log falls out in whole batches.</summary>
        PackedEvents,
        OwnEvents,
    }

    public static void Write(IBufferWriter<byte> output, Observed observed)
    {
        var writer = new WireWriter(output);
        writer.Byte(Format);
        writer.Number(observed.At.Ms);
        writer.Number(observed.At.Utc.UtcTicks);
        writer.Byte((byte)KindOf(observed.What));
        if (observed.What is EventsReceived { Packed.IsEmpty: false } packed) output.Write(packed.Packed.Span);
        else if (observed.What is EventsReceived events) EventCodec.Write(output, events.Batch);
        else if (observed.What is not PictureTaken) output.Write(WriteSeldom(observed.What));
    }

    /// <summary>Any message but events and pictures, as JSON.</summary>
    internal static byte[] WriteSeldom(IngestMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, ObserverJson.Default.IngestMessage);

    /// <exception cref="FormatException">It is not what <see cref="Write"/> makes.</exception>
    public static Observed Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new WireReader(bytes.Span);
        reader.Byte(Format);
        var (ms, ticks) = (reader.Number(), reader.Number());
        if (ticks > DateTime.MaxValue.Ticks) throw new FormatException("The message has a time outside the calendar.");
        var kind = (Kind)reader.Byte((byte)Kind.OwnEvents);
        return new Observed(new ObserverTime(ms, new DateTimeOffset(ticks, TimeSpan.Zero)), ReadMessage(kind, bytes[^reader.Left..]));
    }

    private static Kind KindOf(IngestMessage message) => message switch
    {
        PictureTaken => Kind.Picture,
        EventsReceived { IsOwn: true } => Kind.OwnEvents,
        EventsReceived { Packed.IsEmpty: false } => Kind.PackedEvents,
        EventsReceived => Kind.Events,
        _ => Kind.Seldom,
    };

    private static IngestMessage ReadMessage(Kind kind, ReadOnlyMemory<byte> rest) => kind switch
    {
        Kind.Picture => rest.IsEmpty ? PictureTaken.Instance : throw new FormatException($"{rest.Length} bytes follow behind the message."),
        Kind.Events => new EventsReceived(EventCodec.Read(rest.Span)),
        Kind.PackedEvents => new EventsReceived(EventCodec.Read(rest.Span)) { Packed = rest },
        Kind.OwnEvents => new EventsReceived(EventCodec.Read(rest.Span)) { IsOwn = true },
        _ => ReadSeldom(rest.Span),
    };

    /// <exception cref="FormatException">It is not what <see cref="WriteSeldom"/> makes.</exception>
    internal static IngestMessage ReadSeldom(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ObserverJson.Default.IngestMessage) ?? throw new FormatException("The message is null.");
        }
        catch (Exception wrong) when (wrong is JsonException or NotSupportedException)
        {
            throw new FormatException($"The message cannot be read: {wrong.Message}", wrong);
        }
    }
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IngestMessage))]
internal sealed partial class ObserverJson : JsonSerializerContext;
