using System.Runtime.CompilerServices;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Nodes.Storage;

/// <summary>
/// Everything that stores outside the process have in common: group commit, deadlines, failures in words, recovery by itself. A back end is one file
/// that derives from it and says what to do; docs/storage.md shows how.
/// </summary>
/// <remarks>
/// Invariant: nothing is answered that was not committed. What fails or is late is a <see cref="StoreException"/>, and the first failure starts a probe that
/// asks again until the storage works.
/// </remarks>
public abstract class DurableStore : IKeyValueStore, IAsyncDisposable
{
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(250);

    private readonly StorageWatch _watch;
    private readonly GroupCommit _commits;
    private readonly TimeSpan _deadline;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _newestGate = new();

    // At any moment at least as high as every entry that can be read; raised before an entry is committed.
    private EntryVersion _newest;
    private volatile bool _open;
    private volatile bool _beganEmpty;

    /// <param name="kind">The word before the colon in <c>STORAGE</c>.</param>
    /// <param name="deadline">An operation that takes longer has failed as slow.</param>
    protected DurableStore(string kind, TimeSpan deadline)
    {
        _watch = new StorageWatch(kind, TimeProvider.System);
        _deadline = deadline;
        _commits = new GroupCommit(CommitAsync);
    }

    public bool TakesTime => true;

    public StorageStatus Status => _watch.Status;

    /// <summary>Nothing of an earlier process lay there when this one opened it.</summary>
    public bool BeganEmpty => _beganEmpty;

    /// <summary>What the server keeps if it is killed, where that is its own setting: one sentence, known once it was opened. Null: what is confirmed is kept.</summary>
    public virtual string? Persistence => null;

    /// <summary>Reports every change between working and not working.</summary>
    public void Watch(Action<StorageChange> changed) => _watch.Watch(changed);

    // What a back end says. Each gets a token that ends at the deadline, and may throw whatever its library throws.

    /// <summary>Connects, creates or migrates what it needs, and says what lies there. Called again after a failure.</summary>
    /// <exception cref="StoreException"><see cref="StoreFailure.Schema"/>: what lies there is newer than this program, or another node's.</exception>
    protected abstract Task<Opened> OpenAsync(CancellationToken deadline);

    /// <summary>Whether the server lets this user in, or the file is one, without making, claiming or writing anything.</summary>
    protected abstract Task TryOutAsync(CancellationToken deadline);

    /// <summary>Stores all of them in this order, or none, in one durable step; each by its own rule, compared and stored in one statement.</summary>
    /// <param name="keep">Unless it is none: also to be kept as seen, in the same step, because an overwritten entry may take its version with it.</param>
    protected abstract Task<ApplyResult[]> PutAsync(IReadOnlyList<Put> puts, EntryVersion keep, CancellationToken deadline);
    protected abstract Task<bool> TakeBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken deadline);
    protected abstract Task<Entry?> ReadAsync(string key, CancellationToken deadline);

    /// <summary>Every entry as of one moment, piece by piece. The token is the caller's: a snapshot may take longer than one operation.</summary>
    protected abstract IAsyncEnumerable<Entry> ReadAllAsync(CancellationToken cancellation);
    protected abstract Task<long> CountKeysAsync(CancellationToken deadline);

    /// <summary>Removes every entry, and keeps in the same step that <paramref name="newest"/> was seen.</summary>
    protected abstract Task EmptyAsync(EntryVersion newest, CancellationToken deadline);

    /// <summary>Keeps durably that this epoch and counter were seen; never lowers what is kept. Writes in any case, so that it shows whether writing works.</summary>
    protected abstract Task KeepAsync(EntryVersion seen, CancellationToken deadline);

    /// <summary>Which failure this is, in a sentence that holds no secret.</summary>
    protected abstract StoreException Explain(Exception failure);

    /// <summary>Drops connections that may be broken; the next operation opens it again.</summary>
    protected abstract ValueTask CloseAsync();

    /// <summary>Gives up everything, for good.</summary>
    protected virtual ValueTask EndAsync() => ValueTask.CompletedTask;

    /// <summary>Opens it before the first operation. Where it is away, that is reported and retried in the background.</summary>
    /// <exception cref="StoreException">Only for what waiting cannot mend: <see cref="StoreFailure.Schema"/>.</exception>
    public async Task TryOpenAsync(CancellationToken cancellation)
    {
        try
        {
            await GuardAsync(static _ => Task.FromResult(true), write: true, cancellation);
        }
        catch (StoreException failure) when (failure.Failure != StoreFailure.Schema)
        {
            // Told by Status; the node stays up without it.
        }
    }

    /// <summary>Looks whether it could be used, and changes nothing, neither there nor here.</summary>
    /// <returns>What is wrong; null where nothing is.</returns>
    public async Task<StoreException?> CheckAsync(CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
        deadline.CancelAfter(_deadline);
        try
        {
            await TryOutAsync(deadline.Token).WaitAsync(deadline.Token);
            return null;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            return Told(failure);
        }
    }

    public async ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default) =>
        (await PutAllAsync([new Put(entry, rule)], cancellation))[0];

    public async ValueTask<ApplyResult[]> ApplyManyAsync(IReadOnlyList<Entry> entries, ApplyRule rule, CancellationToken cancellation = default)
    {
        if (entries.Count == 0) return [];
        var puts = new Put[entries.Count];
        for (var i = 0; i < puts.Length; i++) puts[i] = new Put(entries[i], rule);
        return await PutAllAsync(puts, cancellation);
    }

    private Task<ApplyResult[]> PutAllAsync(Put[] puts, CancellationToken cancellation) => GuardAsync(deadline =>
    {
        foreach (var put in puts) NoteNewest(put.Entry.Version);
        return _commits.CommitAsync(puts, deadline);
    }, write: true, cancellation);

    private async Task<ApplyResult[]> CommitAsync(IReadOnlyList<Put> puts)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        deadline.CancelAfter(_deadline);
        var keep = puts.Any(p => p.Rule == ApplyRule.LastArrivalWins) ? Newest : EntryVersion.None;
        return await PutAsync(puts, keep, deadline.Token);
    }

    public async ValueTask<bool> RollBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken cancellation = default)
    {
        NoteNewest(version);
        // First, so that no crash in between lets the number be given again.
        await RememberAsync(version, cancellation);
        return await GuardAsync(deadline => TakeBackAsync(key, version, instead, deadline), write: true, cancellation);
    }

    public async ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default) =>
        await GuardAsync(deadline => ReadAsync(key, deadline), write: false, cancellation);

    public async ValueTask<long> CountAsync(CancellationToken cancellation = default) => await GuardAsync(CountKeysAsync, write: false, cancellation);

    public async ValueTask ClearAsync(CancellationToken cancellation = default) => await GuardAsync(async deadline =>
    {
        await EmptyAsync(Newest, deadline);
        return true;
    }, write: true, cancellation);

    public async ValueTask<EntryVersion> NewestAsync(CancellationToken cancellation = default) =>
        _open ? Newest : await GuardAsync(_ => Task.FromResult(Newest), write: false, cancellation);

    public async ValueTask RememberAsync(EntryVersion seen, CancellationToken cancellation = default)
    {
        NoteNewest(seen);
        await GuardAsync(async deadline =>
        {
            await KeepAsync(Newest, deadline);
            return true;
        }, write: true, cancellation);
    }

    public async IAsyncEnumerable<Entry> SnapshotAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        // The first piece has a deadline as every operation has; the rest comes at the pace of whoever reads.
        await using var entries = ReadAllAsync(cancellation).GetAsyncEnumerator(cancellation);
        var more = await GuardAsync(_ => entries.MoveNextAsync().AsTask(), write: false, cancellation);
        while (more)
        {
            yield return entries.Current;
            try
            {
                more = await entries.MoveNextAsync();
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
            {
                throw await FailAsync(failure, write: false);
            }
        }
    }

    private EntryVersion Newest
    {
        get { lock (_newestGate) return _newest; }
    }

    private void NoteNewest(EntryVersion seen)
    {
        lock (_newestGate) _newest = _newest.Having(seen);
    }

    private async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> step, bool write, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
        deadline.CancelAfter(_deadline);
        try
        {
            if (!_open) await OpenOnceAsync(deadline.Token);
            // Not every library heeds a token at once; the caller's patience ends in any case.
            var result = await step(deadline.Token).WaitAsync(deadline.Token);
            _watch.Worked(write);
            return result;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (Exception failure)
        {
            throw await FailAsync(failure, write);
        }
    }

    private async Task OpenOnceAsync(CancellationToken deadline)
    {
        await _opening.WaitAsync(deadline);
        try
        {
            if (_open) return;
            var (kept, isNew) = StoredRow.Checked(await OpenAsync(deadline).WaitAsync(deadline));
            if (isNew && _watch.FoundEmpty()) _beganEmpty = true;
            var known = Newest;
            // A storage that came back without its memory is told again what this node has seen.
            if (kept.Having(known) != kept) await KeepAsync(known, deadline);
            NoteNewest(kept);
            _open = true;
        }
        finally
        {
            _opening.Release();
        }
    }

    private StoreException Told(Exception failure) => failure switch
    {
        StoreException known => known,
        OperationCanceledException when _ended.IsCancellationRequested => new StoreException(StoreFailure.Unavailable, "The storage is closed: the node stops.", failure),
        OperationCanceledException => new StoreException(
            StoreFailure.Slow, $"The storage ({Status.Kind}) did not answer within {_deadline.TotalMilliseconds:0} ms; whether it did what it was asked is not known.", failure),
        // Numbers that are no numbers: nobody but a node writes here, and it writes others.
        FormatException or InvalidCastException or OverflowException => StoredRow.Damaged("a number in it cannot be read", failure),
        _ => Explain(failure),
    };

    private async Task<StoreException> FailAsync(Exception failure, bool write)
    {
        var told = Told(failure);
        if (_ended.IsCancellationRequested) return told;
        if (told.Failure == StoreFailure.Unavailable && _open)
        {
            _open = false;
            await CloseAsync();
        }

        if (_watch.Failed(told, write)) _ = ProbeAsync();
        return told;
    }

    /// <summary>Asks until it works, so that an idle node finds out too. Never throws.</summary>
    private async Task ProbeAsync()
    {
        while (!_watch.Status.Ok && !_ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(ProbePause, _ended.Token);
                await RememberAsync(EntryVersion.None, _ended.Token);
            }
            catch (Exception failure) when (failure is StoreException or OperationCanceledException)
            {
                // Still away; or the node ends.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended.IsCancellationRequested) return;
        await _ended.CancelAsync();
        await CloseAsync();
        await EndAsync();
        GC.SuppressFinalize(this);
    }
}
