using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using KvLab.Core.Recordings;
using KvLab.Web.Problems;

namespace KvLab.Web.Recordings;

/// <summary>The thread that writes. All that is here is its own, but for what others look at.</summary>
public sealed partial class Recorder
{
    internal static readonly string Program = typeof(Recorder).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private RecordingStore.Running? _running;
    private string? _broken;

    /// <summary>Events that were handed over and could not be written, since the last recording that began.</summary>
    private long _unwritten;
    private string _why = "";
    private string _last = "";
    private volatile RecordingView? _failed;

    /// <summary>All recordings, newest first; where none can be begun, a broken one that says why stands before them.</summary>
    public IReadOnlyList<RecordingView> List() => _failed is { } failed ? [failed, .. store.List()] : store.List();

    /// <exception cref="CommandException">404.</exception>
    public RecordingView Find(string id) => _failed is { } failed && failed.Id == id ? failed : store.Find(id);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await foreach (var entry in _entries.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (entry.Do is { } act) act();
            else Write(entry);
        }

        EndRunning();
    }

    /// <summary>What was handed over is written to its end; the host stops the publisher first.</summary>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate) _wanted = false;
        _entries.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _entries.Writer.TryComplete();
        base.Dispose();
    }

    private void Write(Entry entry)
    {
        try
        {
            if (entry.Beginning is { } beginning) Begin(beginning, entry.Messages);
            if (_running is not { Writer: var writer })
            {
                _unwritten += entry.Events;
                return;
            }

            var whole = writer.Recording.Whole;
            if (entry.Keyframe is { } state) KeepState(writer, state, entry.Messages);
            writer.Append(entry.Observed, entry.Messages);
            if (writer.Recording.Whole > whole) KeepWithin(writer.Recording.Whole);
        }
        catch (Exception failure)
        {
            // Whatever it is: the lab goes on.
            Break(failure, entry);
        }
        finally
        {
            lock (_gate) _waiting -= entry.Size;
        }
    }

    private void KeepState(RecordingWriter writer, byte[] state, long messages)
    {
        writer.AppendKeyframe(state, messages);
        _apart = Math.Max(KeyframeEvents, (int)(writer.Recording.Keyframes[^1].Length / StateBytesAnEvent));
    }

    /// <summary>A quarter of what may be kept is one file, so that the oldest can go while the newest is written.</summary>
    private void KeepWithin(long bytes)
    {
        store.KeepWithin();
        if (bytes < options.MaxBytes / 4) return;
        lock (_gate) _beginning ??= new Beginning(_running!.Writer.Recording.Name, GoesOn: true);
    }

    private void Begin(Beginning beginning, long messages)
    {
        var lost = beginning.Lost + _unwritten;
        _unwritten = 0;
        try
        {
            if (_running is not null)
            {
                End(messages, lost > 0 ? $"The disk was too slow: {Events(lost)} not recorded." : "", lost);
                lost = 0;
            }

            var now = time.GetUtcNow();
            var id = $"{now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";
            _running = store.Begin(new RecordingHeader(id, now, Program, beginning.Name, beginning.GoesOn ? _last : ""));
            (_last, _failed) = (id, null);
            if (_broken is { } broken) store.Explain(broken, $"{_why} {Events(lost)} not recorded.", lost);
            else if (lost > 0) LogLost(logger, lost, id);
            _broken = null;
            beginning.Begun?.TrySetResult(store.Find(id));
        }
        catch (Exception failure)
        {
            _unwritten = lost;
            beginning.Begun?.TrySetException(failure is CommandException ? failure : store.Trouble(failure));
            throw;
        }
    }

    private static string Events(long lost) => lost == 1 ? "1 event was" : $"{lost} events were";

    private void EndRunning()
    {
        if (_running is null) return;
        long messages;
        lock (_gate) messages = _state?.Messages ?? 0;
        try
        {
            End(messages, "", 0);
        }
        catch (Exception failure)
        {
            Break(failure, null);
        }
    }

    private void End(long messages, string why, long lost)
    {
        _running!.Writer.Close(messages, why, lost);
        store.Ended(_running);
        _running = null;
    }

    private void Break(Exception failure, Entry? entry)
    {
        var why = failure is IOException or UnauthorizedAccessException && failure.Message.StartsWith("Nothing ", StringComparison.Ordinal) ? failure.Message
            : failure is IOException or UnauthorizedAccessException ? store.Trouble(failure).Message : failure.Message;
        if (_running is { } running)
        {
            _broken = running.Id;
            store.Ended(running);
            store.Explain(_broken, _why = why, 0);
            _running = null;
            LogStopped(logger, why);
        }
        else if (_broken is null && _failed is null)
        {
            _failed = new RecordingView("none", null, RecordingState.Broken, 0, 0, 0, null, null, time.GetUtcNow(), Program, 0, 0, null, why);
            LogCannotBegin(logger, why);
        }

        _unwritten += entry?.Events ?? 0;
        lock (_gate) _pausedAt = time.GetTimestamp();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recording stopped: {why} It begins again when that is over.")]
    private static partial void LogStopped(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{lost} events before recording {id} were recorded nowhere.")]
    private static partial void LogLost(ILogger logger, long lost, string id);

    [LoggerMessage(Level = LogLevel.Information, Message = "Nothing is recorded: {why}")]
    private static partial void LogCannotBegin(ILogger logger, string why);
}
