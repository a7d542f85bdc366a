using System.Threading.Channels;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Recordings;
using KvLab.Core.Replays;
using KvLab.Web.Live;
using KvLab.Web.Options;

namespace KvLab.Web.Recordings;

/// <summary>
/// Keeps the one stream in files, always, and never in the way: what is told is handed over without waiting, and written on another thread. Where the disk is too
/// slow or fails, the lab goes on; what is not recorded is counted and said, and another recording begins when it works again.
/// </summary>
public sealed partial class Recorder(RecordingStore store, RecordingOptions options, TimeProvider time, ILogger<Recorder> logger) : BackgroundService, IStreamKeeper
{
    /// <summary>A state is kept with every so many events, or more: whoever goes to a moment has to apply half as many on average.</summary>
    public const int KeyframeEvents = 20_000;

    /// <summary>What kept states may add to a file: the larger a state, the further apart they are. Whoever opens a file leaves states of their own behind, in memory (<see cref="NearStates"/>).</summary>
    internal double StateBytesAnEvent { get; init; } = 0.5;

    /// <summary>Bytes that may wait for the disk.</summary>
    internal long MostWaiting { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long nothing is tried after the disk failed.</summary>
    internal TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(5);

    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Of everything down to the next blank line; held for moments only, never while a file is written.</summary>
    private readonly Lock _gate = new();
    private bool _wanted = options.Enabled;
    private Beginning? _beginning = options.Enabled ? new Beginning("", FromStart: true) : null;
    private long _waiting;

    /// <summary>Events that were not handed over since the last recording that was to begin.</summary>
    private long _lost;
    private int _sinceKeyframe;
    private volatile int _apart = KeyframeEvents;
    private bool _isLate;
    private long? _pausedAt;
    private IKeptState? _state;

    /// <summary>One that the next element begins.</summary>
    /// <param name="FromStart">Nothing was observed before, so no state is needed.</param>
    /// <param name="Lost">Events before it that were not handed over.</param>
    private sealed record Beginning(string Name, bool FromStart = false, bool GoesOn = false, long Lost = 0)
    {
        public TaskCompletionSource<RecordingView>? Begun { get; init; }
    }

    /// <summary>What the writing thread is handed: an element, or something to do between two.</summary>
    private sealed record Entry(Observed Observed, long Messages, int Events, int Size, Beginning? Beginning, byte[]? Keyframe, Action? Do);

    private static readonly EventBatch NoBatch = new() { Node = "", Incarnation = "", Events = [] };

    /// <inheritdoc/>
    public void Keep(Observed observed, IKeptState before)
    {
        var events = observed.What is EventsReceived received ? received.Batch.Events.Length : 0;
        lock (_gate)
        {
            _state = before;
            if (!_wanted || IsPaused()) _lost += _wanted ? events : 0;
            else if (IsLate(SizeOf(observed.What))) _lost += events;
            else HandOver(observed, before, events);
        }
    }

    private bool IsPaused()
    {
        if (_pausedAt is not { } since) return false;
        if (time.GetElapsedTime(since) < Pause) return true;
        _pausedAt = null;
        _beginning ??= new Beginning("", GoesOn: true);
        return false;
    }

    /// <summary>Once too much waits, nothing is taken until half of it is written: one large gap is better than many small ones.</summary>
    private bool IsLate(int size)
    {
        _isLate = _waiting + size > (_isLate ? MostWaiting / 2 : MostWaiting);
        if (_isLate) _beginning ??= new Beginning("", GoesOn: true);
        return _isLate;
    }

    private void HandOver(Observed observed, IKeptState before, int events)
    {
        _sinceKeyframe += events;
        var beginning = _beginning is null ? null : _beginning with { Lost = _lost };
        if (beginning is not null) _lost = 0;
        byte[]? keyframe = null;
        if (beginning is { FromStart: false } || _sinceKeyframe >= _apart)
        {
            keyframe = before.Save();
            _sinceKeyframe = 0;
        }

        _beginning = null;
        var size = SizeOf(observed.What) + (keyframe?.Length ?? 0);
        // Events that travelled packed are written so; as objects they would outlive a collection for nothing.
        if (observed.What is EventsReceived { Packed.IsEmpty: false } packed) observed = observed with { What = new EventsReceived(NoBatch) { Packed = packed.Packed, IsOwn = packed.IsOwn } };
        _waiting += size;
        _entries.Writer.TryWrite(new Entry(observed, before.Messages, events, size, beginning, keyframe, null));
    }

    /// <summary>About.</summary>
    private static int SizeOf(IngestMessage message) => message switch
    {
        EventsReceived { Packed: { IsEmpty: false } packed } => packed.Length,
        EventsReceived events => 256 * events.Batch.Events.Length,
        NodeSeeded seeded => 256 * seeded.Entries.Count,
        ClientsTold told => 128 * told.Answers.Count,
        _ => 64,
    };

    /// <summary>Begins another recording; one that is being written ends.</summary>
    public Task<RecordingView> StartAsync(string name)
    {
        var begun = new TaskCompletionSource<RecordingView>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _wanted = true;
            _pausedAt = null;
            _beginning?.Begun?.TrySetCanceled();
            _beginning = new Beginning(name) { Begun = begun };
        }

        return begun.Task;
    }

    /// <returns>The recording that ended; null where there was none.</returns>
    public Task<RecordingView?> StopRecordingAsync()
    {
        lock (_gate)
        {
            _wanted = false;
            _beginning?.Begun?.TrySetCanceled();
            _beginning = null;
        }

        return DoAsync(() =>
        {
            var ended = _running?.Id;
            EndRunning();
            _failed = null;
            return ended is null ? null : store.Find(ended);
        });
    }

    /// <summary>Gives a recording a name; the one that is being written is told so between two chunks.</summary>
    public Task RenameAsync(string id, string name) => DoAsync<object?>(() =>
    {
        if (_running?.Id == id) _running.Writer.Rename(name);
        else store.Rename(id, name);
        return null;
    });

    private Task<T> DoAsync<T>(Func<T> what)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_entries.Writer.TryWrite(new Entry(default, 0, 0, 0, null, null, Do))) done.SetCanceled();
        return done.Task;

        void Do()
        {
            try
            {
                done.SetResult(what());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        }
    }
}
