using System.Buffers;
using System.Text;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Wire;

namespace KvLab.Core.Recordings;

/// <summary>
/// Takes elements of the one stream apart into columns, because what is alike beside each other packs well: an event takes three to eight bytes on disk, where
/// it travels in some thirty. Works on packed events as they came; nothing is unpacked into objects.
/// </summary>
internal sealed partial class ChunkWriter
{
    private const long TicksPerMs = TimeSpan.TicksPerMillisecond;

    private readonly ColumnWriter[] _columns = [.. Enum.GetValues<RecordingColumn>().Select(_ => new ColumnWriter())];
    private readonly ChunkMemory _memory = new();
    private readonly TextTable _texts = new();
    private readonly ArrayBufferWriter<byte> _scratch = new();
    private ObserverTime _last;
    private long _toldTicks, _toldEpoch, _toldVersion;

    public int Elements { get; private set; }
    public long Events { get; private set; }

    /// <summary>Bytes of the batches and of the messages in JSON, which is what reading it makes of it.</summary>
    public int Unpacked { get; private set; }

    /// <summary>As good as <see cref="Unpacked"/>, with what clients were told.</summary>
    public int Size => Unpacked + this[RecordingColumn.Told].Length + this[RecordingColumn.Element].Length;
    public ObserverTime First { get; private set; }
    public ObserverTime Last => _last;

    private ColumnWriter this[RecordingColumn column] => _columns[(int)column];

    public ReadOnlySpan<byte> Written(RecordingColumn column) => this[column].Written;

    /// <exception cref="RecordingException">It is larger than a chunk may be; nothing was taken of it.</exception>
    public void Add(Observed observed)
    {
        switch (observed.What)
        {
            case PictureTaken: Begin(observed.At, ElementKind.Picture, 0); break;
            case EventsReceived { Packed.IsEmpty: false } packed: AddEvents(observed.At, packed.IsOwn ? ElementKind.OwnEvents : ElementKind.PackedEvents, packed.Packed.Span); break;
            case EventsReceived events:
                _scratch.ResetWrittenCount();
                EventCodec.Write(_scratch, events.Batch);
                AddEvents(observed.At, events.IsOwn ? ElementKind.OwnEvents : ElementKind.Events, _scratch.WrittenSpan);
                break;
            case ClientsTold { Reads: null, Backwards: 0 } told when CanTell(told): AddTold(observed.At, told); break;
            default: AddMessage(observed.At, ObservedCodec.WriteSeldom(observed.What)); break;
        }
    }

    public void Clear()
    {
        foreach (var column in _columns) column.Clear();
        _memory.Clear();
        _texts.Clear();
        (Elements, Events, Unpacked) = (0, 0, 0);
        (_toldTicks, _toldEpoch, _toldVersion) = (0, 0, 0);
    }

    private void Begin(ObserverTime at, ElementKind kind, int bytes)
    {
        if (bytes > RecordingLimits.Message) throw new RecordingException($"A message of {bytes} bytes cannot be recorded: at most {RecordingLimits.Message} are possible.", 0);
        if (Elements++ == 0) (First, _last) = (at, at);
        this[RecordingColumn.Element].Byte((byte)kind);
        var passed = at.Ms - _last.Ms;
        this[RecordingColumn.Ms].Signed(passed);
        this[RecordingColumn.Utc].Signed(at.Utc.UtcTicks - _last.Utc.UtcTicks - passed * TicksPerMs);
        _last = at;
        Unpacked += bytes;
    }

    private void AddMessage(ObserverTime at, byte[] json)
    {
        Begin(at, ElementKind.Message, json.Length);
        this[RecordingColumn.Message].Number(json.Length);
        this[RecordingColumn.Message].Raw(json);
    }

    /// <summary>Else it is kept as JSON.</summary>
    private static bool CanTell(ClientsTold told)
    {
        long length = 0;
        foreach (var (write, _) in told.Answers)
        {
            if (write.At.Offset != TimeSpan.Zero) return false;
            length += write.Key.Length + write.Leader.Length;
        }

        return told.Answers.Count <= RecordingLimits.Answers && length < RecordingLimits.Batch;
    }

    private void AddTold(ObserverTime at, ClientsTold told)
    {
        Begin(at, ElementKind.ClientsTold, 0);
        var column = this[RecordingColumn.Told];
        column.Number(told.Answers.Count);
        column.Signed(told.Unreachable);
        foreach (var (write, success) in told.Answers)
        {
            column.Byte((byte)((success ? 1 : 0) | (write.Naive ? 2 : 0) | (write.LeaderCounted ? 4 : 0)));
            column.Signed(write.Version.Epoch - _toldEpoch);
            column.Signed(write.Version.Counter - _toldVersion);
            (_toldEpoch, _toldVersion) = (write.Version.Epoch, write.Version.Counter);
            WriteKey(column, Utf8(write.Key), ref _memory.Write(_toldEpoch, _toldVersion));
            WriteText(column, Utf8(write.Leader));
            column.Signed(write.Required);
            column.Signed(write.Acks);
            column.Signed(write.At.UtcTicks - _toldTicks);
            _toldTicks = write.At.UtcTicks;
        }
    }

    private ReadOnlySpan<byte> Utf8(string text)
    {
        _scratch.ResetWrittenCount();
        Encoding.UTF8.GetBytes(text, _scratch);
        return _scratch.WrittenSpan;
    }

    /// <returns>The text's number.</returns>
    private int WriteText(ColumnWriter column, ReadOnlySpan<byte> text)
    {
        var number = _texts.Intern(text, out var isNew);
        column.Number(isNew ? 0 : number);
        if (isNew) WriteBytes(column, text);
        return number;
    }

    /// <summary>0 where it is the key that this write is known to have.</summary>
    /// <returns>The text's number.</returns>
    private int WriteKey(ColumnWriter column, ReadOnlySpan<byte> key, ref WriteMemory write)
    {
        if (write.Key > 0 && _texts[write.Key].SequenceEqual(key))
        {
            column.Number(0);
            return write.Key;
        }

        var number = _texts.Intern(key, out var isNew);
        WriteKnownKey(column, isNew ? 0 : number, ref write, number);
        if (isNew) WriteBytes(column, key);
        return number;
    }

    private static void WriteKnownKey(ColumnWriter column, int told, ref WriteMemory write, int number)
    {
        column.Number(told + 1);
        write.Key = number;
    }

    private static void WriteBytes(ColumnWriter column, ReadOnlySpan<byte> bytes)
    {
        column.Number(bytes.Length);
        column.Raw(bytes);
    }
}
