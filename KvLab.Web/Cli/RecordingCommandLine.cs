using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Recordings;
using KvLab.Core.Wire;
using KvLab.Web.Csv;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Recordings;
using KvLab.Web.Replays;

namespace KvLab.Web.Cli;

/// <summary><c>recording list|export|import|verify|convert</c> behind the program's name: recordings without a lab. Nothing is started.</summary>
internal static class RecordingCommandLine
{
    public const int Passed = 0;

    /// <summary>The file is damaged, or is no recording.</summary>
    public const int Damaged = 1;

    public const string Contents = "A recording holds every event with the keys and values of all writes (the first characters of long ones), and the names and addresses of the nodes.";

    private const string Usage = """
        usage: recording list                                      recordings in the data folder
               recording export ID FILE [--from MS] [--to MS]      writes a recording, or a stretch of it, to a file
               recording import FILE                               checks a file and copies it into the data folder
               recording verify FILE                               checks whether the whole file can be read, and if not, how far; exit code 1 if not
               recording convert FILE --to ndjson|csv [--out FILE] writes its events, with the columns of /api/events
        --KVLAB_DATA FOLDER: the data folder
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var words = args.TakeWhile(a => !a.StartsWith("--", StringComparison.Ordinal)).ToArray();
        if (OwnLab.Options(args[words.Length..], Usage) is not { } options) return OwnLab.WrongArguments;
        options.Remove("to", out var format);
        options.Remove("out", out var output);
        options.Remove(Spelling.Data, out var data);
        options.Remove("from", out var from);
        var (converts, exports) = (words is ["convert", ..], words is ["export", ..]);
        if (options.Count > 0 || (!converts && output is not null) || (!exports && from is not null) || (!converts && !exports && format is not null))
            return Wrong($"--{Spelling.Shown(options.Keys.FirstOrDefault() ?? (from is not null && !exports ? "from" : output is not null ? "out" : "to"))} is not known here.");
        try
        {
            switch (words)
            {
                case ["list"]: return List(data);
                case ["export", var id, var file]: return await ExportAsync(data, id, file, Moment("from", from), Moment("to", format));
                case ["import", var file]: return await ImportAsync(data, file);
                case ["verify", var file]: return Verify(file);
                case ["convert", var file] when format is "ndjson" or "csv": return await ConvertAsync(file, format, output);
                case ["convert", _]: return Wrong(format is null ? "convert needs --to ndjson or --to csv." : $"--to must be ndjson or csv, but is \"{Spelling.Shown(format)}\".");
                default: return Wrong($"\"{Spelling.Shown(string.Join(' ', words))}\" is not one of the commands for recordings.");
            }
        }
        catch (CommandException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            return wrong.Status == StatusCodes.Status400BadRequest ? Damaged : wrong.Status >= StatusCodes.Status500InternalServerError ? OwnLab.CannotStore : OwnLab.WrongArguments;
        }
        catch (RecordingException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            return Damaged;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(cause.Message);
            return OwnLab.CannotStore;
        }
    }

    private static int Wrong(string sentence)
    {
        Console.Error.WriteLine($"{sentence}\n{Usage}");
        return OwnLab.WrongArguments;
    }

    private static RecordingStore Store(string? data)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddInMemoryCollection(data is null ? [] : [new(Spelling.Data, data)]).Build();
        var errors = new FieldErrors();
        var options = RecordingOptions.Read(configuration, errors);
        if (errors.All.Count > 0) throw new InvalidOptionsException(errors.All);
        return new RecordingStore(DataFolder.Of(configuration), options);
    }

    private static int List(string? data)
    {
        using var store = Store(data);
        var all = store.List();
        Console.WriteLine($"{all.Count} {(all.Count == 1 ? "recording" : "recordings")} in {store.Folder}");
        foreach (var r in all)
        {
            // One that is written by a lab at this moment is not closed yet, nor is one that was killed.
            var state = r.State == RecordingState.Recording ? "open" : r.State.ToString().ToLowerInvariant();
            Console.WriteLine($"{r.Id,-22} {state,-7} {r.Events,10} events {r.Messages,10} messages {r.Bytes,12} bytes  {r.From:yyyy-MM-dd HH:mm:ss}–{r.To:HH:mm:ss} UTC  {Unseen.Shown(r.Name ?? "")}{(r.Why is null ? "" : $"  ({Unseen.Shown(r.Why)})")}");
        }

        return Passed;
    }

    private static RecordedMoment? Moment(string name, string? text) => text is null ? null
        : RecordedMoment.Parse(text) ?? throw new CommandException(StatusCodes.Status422UnprocessableEntity, $"--{name} must be {RecordedMoment.Shape}, but is \"{Spelling.Shown(text)}\".");

    private static async Task<int> ExportAsync(string? data, string id, string file, RecordedMoment? begin, RecordedMoment? end)
    {
        using var store = Store(data);
        await using var from = begin is null && end is null ? store.OpenFile(id) : (await StretchFile.MakeAsync(store, id, begin, end, CancellationToken.None)).File;
        await using (var to = new FileStream(file, FileMode.CreateNew)) await from.CopyToAsync(to);
        Console.WriteLine($"Wrote {new FileInfo(file).Length} bytes to {Path.GetFullPath(file)}. {Contents}");
        return Passed;
    }

    private static async Task<int> ImportAsync(string? data, string file)
    {
        using var store = Store(data);
        await using var from = File.OpenRead(file);
        var imported = await store.ImportAsync(from, CancellationToken.None);
        Console.WriteLine($"{imported.Id}: imported {imported.Events} events into {store.Folder}.");
        return Passed;
    }

    private static int Verify(string file)
    {
        using var bytes = File.OpenRead(file);
        var check = RecordingCheck.Of(bytes);
        var (recording, to) = (check.Recording, check.To);
        Console.WriteLine($"recording {recording.Header.Id} of {recording.Header.BegunAt:u}, KvLab {recording.Header.Program}{(recording.Name.Length > 0 ? $", \"{Unseen.Shown(recording.Name)}\"" : "")}");
        Console.WriteLine($"{(check.Damage is null ? "all of it can be read" : "only the beginning can be read")}: {check.Events} events{(to is { } time ? $", the last at {time.Utc:yyyy-MM-ddTHH:mm:ss.fffZ}" : "")}");
        if (recording.Why.Length > 0) Console.WriteLine(recording.Why);
        if (check.Damage is not { } damage)
        {
            if (!recording.IsClosed) Console.WriteLine("The file has no index: it is still being written, or the program that wrote it was killed.");
            return Passed;
        }

        Console.WriteLine($"damaged: {damage.Message}");
        return Damaged;
    }

    /// <summary>As the page would call versions and nodes at the end of it.</summary>
    private static Labels LabelsOf(IEnumerable<NodeEvent> events)
    {
        var (first, last, leader) = (0L, 0L, NodeRoles.Leader);
        foreach (var e in events)
        {
            if (e.Epoch > 0) (first, last) = (first == 0 ? e.Epoch : Math.Min(first, e.Epoch), Math.Max(last, e.Epoch));
            if (e.Kind is EventKind.LeaderPromoted or EventKind.LeaderRecovered) leader = e.Node;
        }

        return new Labels(first != last, leader);
    }

    private static async Task<int> ConvertAsync(string file, string format, string? output)
    {
        await using var bytes = File.OpenRead(file);
        using var reader = RecordingReader.Open(bytes);
        await using var to = output is null ? Console.OpenStandardOutput() : new FileStream(output, FileMode.CreateNew);
        var events = reader.Read().SelectMany(e => e.Observed.What is EventsReceived received ? received.Batch.Events : (IEnumerable<NodeEvent>)[]);
        if (format == "csv") await EventExport.WriteCsvAsync(to, events, LabelsOf(events));
        else await EventExport.WriteNdjsonAsync(to, events);
        if (output is not null) Console.WriteLine($"Wrote {reader.Recording.Events} events to {Path.GetFullPath(output)}. {Contents}");
        return reader.Recording.Damage is { } damage ? throw damage : Passed;
    }
}
