using KvLab.Core.Observation.Messages;
using KvLab.Core.Recordings;

namespace KvLab.Core.Replays;

/// <summary>
/// A recording in a file, also one that is still being written: what is whole of it. The chunks that were read last are kept unpacked, so that whoever moves about in them reads nothing.
/// Safe for concurrent use.
/// </summary>
/// <param name="open">Opens the file anew for reading.</param>
/// <param name="newest">What the file has by now.</param>
public sealed class RecordedFile(Func<Stream> open, Func<Recording> newest) : IRecordedStream, IDisposable
{
    /// <summary>A chunk has about forty thousand events: so many are some 60 MB.</summary>
    private const int MostChunks = 4;

    private readonly Lock _gate = new();
    private readonly LinkedList<(int Chunk, IReadOnlyList<Observed> Elements)> _kept = new();
    private Stream? _file;
    private RecordingReader? _reader;

    public long Elements => newest().Elements;
    public ObserverTime? First => newest().From;
    public ObserverTime? Last => newest().To;

    public IEnumerable<Observed> From(long element)
    {
        for (var chunk = newest().FindChunk(element); chunk >= 0 && newest().Chunks is var chunks && chunk < chunks.Count; chunk++)
        {
            var elements = Chunk(chunk);
            for (var i = (int)Math.Max(0, element - chunks[chunk].Info.Number); i < elements.Count; i++) yield return elements[i];
        }
    }

    public long After(long ms)
    {
        var recording = newest();
        var chunk = Ordered.First(recording.Chunks.Count, i => recording.Chunks[i].Info.Last.Ms > ms);
        if (chunk == recording.Chunks.Count) return recording.Elements;
        var elements = Chunk(chunk);
        return recording.Chunks[chunk].Info.Number + Ordered.First(elements.Count, i => elements[i].At.Ms > ms);
    }

    public long Back(long element, int events)
    {
        var chunks = newest().Chunks;
        var chunk = element >= newest().Elements ? chunks.Count - 1 : newest().FindChunk(element);
        var found = 0L;
        while (chunk > 0 && found < events)
        {
            // Of the chunk that it stands in it is not known how many come before.
            if (chunks[chunk].Info.End <= element) found += chunks[chunk].Info.Events;
            if (found < events) chunk--;
        }

        return chunk <= 0 ? 0 : chunks[chunk].Info.Number;
    }

    public RecordedState? StateBefore(long element)
    {
        var recording = newest();
        var behind = Ordered.First(recording.Keyframes.Count, i => recording.Keyframes[i].Number > element);
        if (behind == 0) return null;
        lock (_gate) return new RecordedState(recording.Keyframes[behind - 1].Number, Reader(recording).ReadKeyframe(behind - 1));
    }

    private IReadOnlyList<Observed> Chunk(int number)
    {
        lock (_gate)
        {
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Chunk != number) continue;
                _kept.Remove(node);
                _kept.AddFirst(node);
                return node.Value.Elements;
            }

            var elements = Reader(newest()).ReadChunk(number).ToList();
            _kept.AddFirst((number, elements));
            if (_kept.Count > MostChunks) _kept.RemoveLast();
            return elements;
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
