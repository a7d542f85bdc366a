using System.Collections.Concurrent;
using KvLab.Core.Recordings;
using KvLab.Core.Storage;
using KvLab.Web.Options;
using KvLab.Web.Problems;

namespace KvLab.Web.Recordings;

/// <summary>
/// The folder of recordings, one file each. One lab owns it, by a lock that ends with its process: it alone records there, and closes what a killed process left
/// open. Others read it, rename and take in.
/// </summary>
public sealed partial class RecordingStore : IDisposable
{
    public const string Extension = ".kvrec";

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Stored> _files = new(StringComparer.Ordinal);
    private readonly FileClaim _claim;
    private readonly RecordingOptions _options;
    private volatile bool _owned;
    private volatile Running? _running;

    /// <param name="dataFolder">Recordings lie in its folder <c>recordings</c>. Empty: there is none.</param>
    public RecordingStore(string dataFolder, RecordingOptions options)
    {
        _options = options;
        Folder = dataFolder.Length == 0 ? "" : Path.Combine(dataFolder, "recordings");
        _claim = new FileClaim(Path.Combine(Folder, "recordings.lock"));
    }

    public string Folder { get; }

    /// <summary>A file that is not being written.</summary>
    /// <param name="Added">Since when it is here: the oldest go first.</param>
    private sealed record Stored(Recording Recording, long Bytes, DateTime Added);

    /// <summary>The file that is being written.</summary>
    internal sealed record Running(RecordingWriter Writer, FileStream File)
    {
        public string Id => Writer.Recording.Header.Id;
    }

    /// <summary>Makes this lab the owner, if nobody is.</summary>
    /// <exception cref="IOException">The folder cannot be used; the message says why, and what to do.</exception>
    internal void Own()
    {
        if (_owned) return;
        if (Folder.Length == 0) throw new IOException("Nothing can be recorded: this user has no home folder. Name a folder: KVLAB_DATA=/path/to/folder.");
        if (!_claim.TryTake()) throw new IOException($"Nothing is recorded: another lab records in {Folder}. Start this one with another KVLAB_DATA.");
        foreach (var left in Directory.EnumerateFiles(Folder, "*" + Unfinished)) File.Delete(left);
        _owned = true;
        lock (_gate)
        {
            Look();
            foreach (var (id, stored) in _files.Where(f => !f.Value.Recording.IsClosed)) CloseLeftOpen(id, stored);
        }
    }

    /// <summary>Begins a file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal Running Begin(RecordingHeader header)
    {
        Own();
        lock (_gate) return BeginOwned(header);
    }

    private Running BeginOwned(RecordingHeader header)
    {
        var file = new FileStream(PathOf(header.Id), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            return _running = new Running(new RecordingWriter(file, header), file);
        }
        catch
        {
            file.Dispose();
            File.Delete(file.Name);
            throw;
        }
    }

    /// <summary>It is no longer written.</summary>
    internal void Ended(Running running)
    {
        _files[running.Id] = new Stored(running.Writer.Recording, running.File.Length, DateTime.UtcNow);
        _running = null;
        running.Writer.Dispose();
        running.File.Dispose();
    }

    /// <summary>Says in the file why it ended in the middle, if the disk takes that now.</summary>
    internal void Explain(string id, string why, long dropped)
    {
        lock (_gate)
        {
            if (!_files.TryGetValue(id, out var stored)) return;
            // Said at once, written when it can be.
            _files[id] = stored with { Recording = stored.Recording with { Why = why, Dropped = dropped } };
            TryChange(id, (file, recording) => RecordingEnd.Rewrite(file, recording, why: why, dropped: dropped));
        }
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<RecordingView> List()
    {
        lock (_gate) Look();
        return [.. _files.Keys.Append(_running?.Id).Distinct().Select(id => id is null ? null : TryFind(id)).OfType<RecordingView>().OrderByDescending(v => v.BegunAt).ThenByDescending(v => v.Id, StringComparer.Ordinal)];
    }

    /// <exception cref="CommandException">404.</exception>
    public RecordingView Find(string id)
    {
        lock (_gate)
            if (TryFind(id) is null) Look();
        return TryFind(id) ?? throw new CommandException(404, $"There is no recording {ErrorId(id)}.");
    }

    private RecordingView? TryFind(string id)
    {
        if (_running is { } running && running.Id == id)
        {
            var now = running.Writer.Recording;
            return RecordingView.Of(now, RecordingState.Recording, now.Whole, Missing(now));
        }

        if (!_files.TryGetValue(id, out var stored)) return null;
        var recording = stored.Recording;
        // What is open and not ours is written by another lab.
        var state = !recording.IsClosed && !_owned ? RecordingState.Recording : recording is { IsClosed: true, Damage: null, Why.Length: 0 } ? RecordingState.Closed : RecordingState.Broken;
        return RecordingView.Of(recording, state, stored.Bytes, Missing(recording));
    }

    /// <summary>It goes on from one that is no longer here.</summary>
    private string? Missing(Recording recording) => recording.Header.Follows is { Length: > 0 } before && before != _running?.Id && !_files.ContainsKey(before)
        ? $"What came before ({before}) was removed: all recordings together use at most {_options.MaxMegabytes} MB, and the oldest are deleted when that is reached." : null;

    /// <summary>All bytes of it as a closed file; of one that is being written, what is whole by now.</summary>
    /// <exception cref="CommandException">404.</exception>
    public Stream OpenFile(string id)
    {
        var running = _running;
        if (running?.Id != id) Find(id);
        var recording = running?.Id == id ? running.Writer.Recording : _files.TryGetValue(id, out var stored) ? stored.Recording : null;
        try
        {
            var file = new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 64 * 1024, FileOptions.Asynchronous);
            return recording is null or { IsClosed: true } ? file : new WholePart(file, recording.Whole, RecordingEnd.Of(recording));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(404, $"There is no recording {ErrorId(id)} any more.", inner: gone);
        }
    }

    /// <summary>What a recording holds by now, also while it is written; null where there is none of this id any more.</summary>
    public Recording? Contents(string id) => _running is { } running && running.Id == id ? running.Writer.Recording : _files.TryGetValue(id, out var stored) ? stored.Recording : null;

    /// <summary>Its file, in which whoever reads goes by <see cref="Contents"/>.</summary>
    /// <exception cref="IOException">It is gone, or cannot be read.</exception>
    public Stream OpenRaw(string id) => new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 64 * 1024);

    /// <exception cref="CommandException">404, or the disk does not take it.</exception>
    internal void Rename(string id, string name)
    {
        Find(id);
        lock (_gate) Change(id, (file, recording) => RecordingEnd.Rewrite(file, recording, name));
    }

    /// <exception cref="CommandException">404, 409 for the one that is being written, or the disk does not take it.</exception>
    public void Delete(string id)
    {
        if (Find(id).State == RecordingState.Recording) throw new CommandException(409, $"Recording {id} is being written. Stop it first: POST /api/recordings {{\"do\":\"stop\"}}.");
        try
        {
            lock (_gate) Remove(id);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Trouble(failure);
        }
    }

    /// <summary>Removes the oldest until all together have no more bytes than they may.</summary>
    /// <param name="except">Has just come, and is not removed for its own sake.</param>
    internal void KeepWithin(string? except = null)
    {
        lock (_gate)
        {
            var all = _files.Where(f => f.Key != _running?.Id).ToList();
            var bytes = all.Sum(f => f.Value.Bytes) + (_running?.Writer.Recording.Whole ?? 0);
            // What somebody gave a name is kept the longest.
            foreach (var (id, stored) in all.Where(f => f.Key != except).OrderBy(f => f.Value.Recording.Name.Length > 0).ThenBy(f => f.Value.Added))
            {
                if (bytes <= _options.MaxBytes) return;
                Remove(id);
                bytes -= stored.Bytes;
            }
        }
    }

    public void Dispose() => _claim.Dispose();

    private string PathOf(string id) => Path.Combine(Folder, id + Extension);

    private static string ErrorId(string id) => Core.Wire.Unseen.Shown(Core.Configuration.ErrorText.Short(id));

    private void Remove(string id)
    {
        File.Delete(PathOf(id));
        _files.TryRemove(id, out _);
    }
}
