using System.Buffers;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Recordings;

namespace KvLab.Core.Replays;

/// <summary>
/// A recording in a file, also one that is still being written: what is whole of it. The chunks that were read last are kept, so that whoever moves about in them reads nothing.
/// Safe for concurrent use.
/// </summary>
/// <param name="open">Opens the file anew for reading.</param>
/// <param name="newest">What the file has by now.</param>
public sealed class RecordedFile(Func<Stream> open, Func<Recording> newest) : IRecordedStream, IDisposable
{
    /// <summary>A chunk has about forty thousand events: so many are some 50 MB.</summary>
    private const int MostChunks = 16;

    private readonly Lock _gate = new();
    private readonly LinkedList<OpenChunk> _kept = new();
    private Stream? _file;
    private RecordingReader? _reader;

    public long Elements => newest().Elements;
    public ObserverTime? First => newest().From;
    public ObserverTime? Last => newest().To;

    public IEnumerable<Observed> From(long element)
    {
        for (var chunk = newest().FindChunk(element); chunk >= 0 && newest().Chunks is var chunks && chunk < chunks.Count; chunk++)
        {
            var open = Open(chunk);
            for (var i = (int)Math.Max(0, element - chunks[chunk].Info.Number); open.Element(i) is { } packed; i++) yield return RecordingReader.Open(chunks[chunk], packed);
        }
    }

    public long After(long ms)
    {
        var recording = newest();
        var chunk = Ordered.First(recording.Chunks.Count, i => recording.Chunks[i].Info.Last.Ms > ms);
        if (chunk == recording.Chunks.Count) return recording.Elements;
        var open = Open(chunk);
        var index = 0;
        while (open.Element(index)?.At.Ms <= ms) index++;
        return recording.Chunks[chunk].Info.Number + index;
    }

    public long Back(long element, int events)
    {
        var recording = newest();
        var (left, before) = ((long)events, Math.Min(element, recording.Elements));
        for (var chunk = recording.FindChunk(before - 1); chunk >= 0 && left > 0; chunk--)
        {
            var info = recording.Chunks[chunk].Info;
            if (info.End <= before && info.Events < left)
            {
                (left, before) = (left - info.Events, info.Number);
                continue;
            }

            var open = Open(chunk);
            for (; before > info.Number && left > 0; before--) left -= open.Element((int)(before - 1 - info.Number))?.Count ?? 0;
        }

        return before;
    }

    public RecordedState? StateBefore(long element)
    {
        var recording = newest();
        var behind = Ordered.First(recording.Keyframes.Count, i => recording.Keyframes[i].Number > element);
        return behind == 0 ? null : new RecordedState(recording.Keyframes[behind - 1].Number, output => output.Write(Keyframe(behind - 1)));
    }

    private byte[] Keyframe(int number)
    {
        lock (_gate) return Reader(newest()).ReadKeyframe(number);
    }

    private OpenChunk Open(int number)
    {
        lock (_gate)
        {
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Number != number) continue;
                _kept.Remove(node);
                _kept.AddFirst(node);
                return node.Value;
            }

            var chunk = new OpenChunk(number, Reader(newest()).ReadPacked(number));
            _kept.AddFirst(chunk);
            if (_kept.Count > MostChunks) _kept.RemoveLast();
            return chunk;
        }
    }

    /// <summary>One that knows all that the file has by now.</summary>
    private RecordingReader Reader(Recording recording)
    {
        if (_reader is not null && ReferenceEquals(_reader.Recording, recording)) return _reader;
        _reader?.Dispose();
        _file ??= open();
        return _reader = RecordingReader.Over(_file, recording);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _reader?.Dispose();
            _file?.Dispose();
            _kept.Clear();
        }
    }
}
