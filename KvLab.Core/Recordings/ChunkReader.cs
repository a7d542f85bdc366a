using System.Buffers;
using System.Text;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Versioning;
using KvLab.Core.Wire;

namespace KvLab.Core.Recordings;

/// <summary>Puts a chunk's columns together again. Batches of events come out packed as nodes pack them, and are read as theirs are.</summary>
internal sealed partial class ChunkReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ColumnReader[] _columns;
    private readonly ChunkInfo _info;
    private readonly ChunkMemory _memory = new();
    private readonly TextTable _texts = new();
    private readonly Dictionary<int, string> _strings = [];
    private long _ms, _ticks, _toldTicks, _toldEpoch, _toldVersion;
    private long _unpacked;

    public ChunkReader(ChunkInfo info, IReadOnlyList<ReadOnlyMemory<byte>> columns)
    {
        _info = info;
        _columns = [.. Enum.GetValues<RecordingColumn>().Select(c => new ColumnReader(Enum.GetName(c)!, columns[(int)c]))];
        (_ms, _ticks) = (info.First.Ms, info.First.Utc.UtcTicks);
    }

    private ColumnReader this[RecordingColumn column] => _columns[(int)column];

    /// <summary>Each is made as it is asked for.</summary>
    /// <exception cref="FormatException">It is not what a <see cref="ChunkWriter"/> makes; the message goes on behind the name of the chunk.</exception>
    public IEnumerable<PackedElement> Read()
    {
        long events = 0;
        for (var i = 0; i < _info.Elements; i++)
        {
            var element = ReadOne();
            events += element.Count;
            yield return element;
        }

        foreach (var column in _columns) column.End();
        if (events != _info.Events) throw new FormatException($"it holds {events} events where {_info.Events} are announced");
        if (_ms != _info.Last.Ms || _ticks != _info.Last.Utc.UtcTicks) throw new FormatException("its last element has another time than is announced");
    }

    private PackedElement ReadOne()
    {
        var kind = (ElementKind)this[RecordingColumn.Element].Byte((byte)ElementKind.ClientsTold);
        var passed = this[RecordingColumn.Ms].Signed();
        unchecked
        {
            _ms += passed;
            _ticks += this[RecordingColumn.Utc].Signed() + passed * TimeSpan.TicksPerMillisecond;
        }

        var at = new ObserverTime(_ms, new DateTimeOffset(InCalendar(_ticks), TimeSpan.Zero));
        return kind switch
        {
            ElementKind.Message => new PackedElement(at, kind, ReadMessage()),
            ElementKind.Picture => new PackedElement(at, kind, PictureTaken.Instance),
            ElementKind.ClientsTold => new PackedElement(at, kind, ReadTold()),
            _ => new PackedElement(at, kind, null, ReadEvents(out var count), count),
        };
    }

    private static long InCalendar(long ticks) =>
        ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks ? ticks : throw new FormatException("it holds a time outside the calendar");

    private IngestMessage ReadMessage()
    {
        var length = this[RecordingColumn.Message].Number(RecordingLimits.Message);
        Count(length);
        return ObservedCodec.ReadSeldom(this[RecordingColumn.Message].Raw(length));
    }

    /// <summary>Short references may stand for long texts: no more comes out than was announced.</summary>
    private void Count(int bytes)
    {
        if ((_unpacked += bytes) > _info.Unpacked) throw new FormatException($"it holds more than the {_info.Unpacked} bytes that are announced");
    }

    private ClientsTold ReadTold()
    {
        var column = this[RecordingColumn.Told];
        var answers = new List<ClientAnswer>();
        var (count, unreachable) = (column.Number(RecordingLimits.Answers), (int)column.Signed());
        while (answers.Count < count)
        {
            var flags = column.Byte(7);
            unchecked
            {
                _toldEpoch += column.Signed();
                _toldVersion += column.Signed();
            }

            var key = Text(ReadKey(column, ref _memory.Write(_toldEpoch, _toldVersion)));
            var leader = Text(ReadText(column));
            var (required, acks) = ((int)column.Signed(), (int)column.Signed());
            _toldTicks = InCalendar(unchecked(_toldTicks + column.Signed()));
            answers.Add(new ClientAnswer(
                new AcknowledgedWrite(new EntryVersion(_toldEpoch, _toldVersion), key, leader, required, acks, new DateTimeOffset(_toldTicks, TimeSpan.Zero), (flags & 2) != 0, (flags & 4) != 0),
                (flags & 1) != 0));
        }

        return new ClientsTold(answers, unreachable);
    }

    /// <returns>The text's number.</returns>
    private int ReadText(ColumnReader column)
    {
        var number = column.Number(_texts.Count);
        return number > 0 ? number : _texts.Add(ReadBytes(column));
    }

    /// <inheritdoc cref="ReadText"/>
    private int ReadKey(ColumnReader column, ref WriteMemory write)
    {
        var told = column.Number(_texts.Count + 1);
        if (told > 0) write.Key = told > 1 ? told - 1 : _texts.Add(ReadBytes(column));
        return write.Key > 0 ? write.Key : throw new FormatException("it refers to a key that it did not hold");
    }

    private static ReadOnlySpan<byte> ReadBytes(ColumnReader column) => column.Raw(column.Number());

    private string Text(int number)
    {
        if (_strings.TryGetValue(number, out var text)) return text;
        try
        {
            return _strings[number] = Strict.GetString(_texts[number]);
        }
        catch (DecoderFallbackException wrong)
        {
            throw new FormatException("it holds a text that is not UTF-8", wrong);
        }
    }
}
