using KvLab.Core.Recordings;
using KvLab.Web.Problems;

namespace KvLab.Web.Recordings;

public sealed partial class RecordingStore
{
    /// <summary>How files are called while they come in.</summary>
    private const string Unfinished = ".part";

    private const string LeftOpen = "The lab ended while this was being recorded; it can be read up to the last complete part.";

    private readonly SemaphoreSlim _importing = new(1, 1);

    /// <summary>
    /// Takes in a file from elsewhere. It is looked through to its last byte before it becomes a recording; until then it has another name, and it is gone when it is
    /// refused. Memory for one chunk is taken, whatever its size.
    /// </summary>
    /// <exception cref="CommandException">400 says what is wrong with it; 409: it is here already; 413: it is larger than all recordings together may be.</exception>
    public async Task<RecordingView> ImportAsync(Stream source, CancellationToken cancellation)
    {
        // One at a time, so that the disk's room for what may be refused is bounded.
        await _importing.WaitAsync(cancellation);
        var part = "";
        try
        {
            if (Folder.Length == 0) throw new CommandException(503, "There is no folder for recordings: this user has no home folder. Name one: KVLAB_DATA=/path/to/folder.");
            Directory.CreateDirectory(Folder);
            part = Path.Combine(Folder, $"import-{Guid.NewGuid():n}{Unfinished}");
            await using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous))
            {
                await CopyAsync(source, file, cancellation);
                var recording = RecordingCheck.Whole(file);
                var id = recording.Header.Id;
                if (_running?.Id == id || File.Exists(PathOf(id))) throw new CommandException(409, $"Recording {id} is here already.");
                if (!recording.IsClosed) recording = RecordingEnd.Rewrite(file, recording);
                File.Move(part, PathOf(id));
                _files[id] = new Stored(recording, file.Length, DateTime.UtcNow);
                KeepWithin(except: id);
                return Find(id);
            }
        }
        catch (RecordingException wrong)
        {
            throw new CommandException(400, wrong.Message, [new("file", wrong.Message)], wrong);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && !Core.Callers.BrokenBody.IsCause(failure))
        {
            throw Trouble(failure);
        }
        finally
        {
            if (part.Length > 0) File.Delete(part);
            _importing.Release();
        }
    }

    /// <summary>A file beside the recordings that is none, and is gone when it is closed.</summary>
    /// <exception cref="CommandException">The disk does not take it.</exception>
    internal FileStream OpenScratch()
    {
        try
        {
            return new FileStream(Path.Combine(Folder, $"stretch-{Guid.NewGuid():n}{Unfinished}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0,
                FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Trouble(failure);
        }
    }

    private async Task CopyAsync(Stream source, FileStream file, CancellationToken cancellation)
    {
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await source.ReadAsync(chunk, cancellation)) > 0)
        {
            if (file.Position + read > _options.MaxBytes) throw TooLarge();
            await file.WriteAsync(chunk.AsMemory(0, read), cancellation);
        }
    }

    internal CommandException TooLarge()
    {
        var sentence = $"The file is too large: all recordings together have at most {_options.MaxMegabytes} MB (Recording:MaxMegabytes).";
        return new CommandException(413, sentence, [new("file", sentence)]);
    }

    /// <summary>Notes files that came into the folder, and those that are no longer there. Whoever looks holds the gate.</summary>
    private void Look()
    {
        if (!Directory.Exists(Folder)) return;
        var there = Directory.EnumerateFiles(Folder, "*" + Extension).Select(f => Path.GetFileNameWithoutExtension(f)).ToHashSet(StringComparer.Ordinal);
        foreach (var id in _files.Keys.Where(id => !there.Contains(id))) _files.TryRemove(id, out _);
        foreach (var id in there.Where(id => id != _running?.Id))
        {
            // One that another lab writes grows.
            if (_files.TryGetValue(id, out var known) && (known.Recording.IsClosed || _owned)) continue;
            if (TryOpen(id) is { } stored) _files[id] = stored;
        }
    }

    /// <returns>Null where it is no recording, or cannot be read.</returns>
    private Stored? TryOpen(string id)
    {
        try
        {
            using var file = new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = RecordingReader.Open(file);
            // Its file's name is what it is asked for by.
            return reader.Recording.Header.Id == id ? new Stored(reader.Recording, file.Length, File.GetLastWriteTimeUtc(file.SafeFileHandle)) : null;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <summary>A process was killed while it wrote: what is behind the last whole block is cut off, and the file is closed.</summary>
    private void CloseLeftOpen(string id, Stored stored)
    {
        var why = stored.Recording.Why.Length > 0 ? stored.Recording.Why : LeftOpen;
        _files[id] = stored with { Recording = stored.Recording with { Why = why } };
        TryChange(id, (file, recording) => RecordingEnd.Rewrite(file, recording, why: why));
    }

    private void TryChange(string id, Func<FileStream, Recording, Recording> change)
    {
        try
        {
            Change(id, change);
        }
        catch (CommandException)
        {
            // It can be read as it is.
        }
    }

    private void Change(string id, Func<FileStream, Recording, Recording> change)
    {
        var stored = _files[id];
        try
        {
            using var file = new FileStream(PathOf(id), FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0);
            _files[id] = stored with { Recording = change(file, stored.Recording), Bytes = file.Length };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Trouble(failure);
        }
    }

    /// <summary>What a disk did, in words.</summary>
    internal CommandException Trouble(Exception failure) => IsFull(failure)
        ? new CommandException(507, $"The disk of {Folder} is full. Make room there, or start the lab with another KVLAB_DATA.", inner: failure)
        : new CommandException(503, $"{Folder} cannot be read or written ({failure.Message.TrimEnd('.')}).", inner: failure);

    internal static bool IsFull(Exception failure) => failure is IOException && (failure.HResult & 0xFFFF) is 28 or 112 || failure.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase);
}
