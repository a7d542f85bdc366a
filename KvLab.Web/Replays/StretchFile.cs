using System.Security.Cryptography;
using System.Text;
using KvLab.Core.Recordings;
using KvLab.Core.Replays;
using KvLab.Web.Problems;
using KvLab.Web.Recordings;

namespace KvLab.Web.Replays;

/// <summary>A stretch of a recording as a file of its own, made when somebody asks for it; it is gone when it was read.</summary>
internal static class StretchFile
{
    /// <param name="from">Null: from its beginning.</param>
    /// <param name="to">Null: to its end, as it is now.</param>
    /// <returns>The file, at its beginning, and the id of the recording that it is.</returns>
    /// <exception cref="CommandException">400: there is no such stretch; 404; 422: the recording is damaged there; or the disk does not take it.</exception>
    public static async Task<(Stream File, string Id)> MakeAsync(RecordingStore store, string id, RecordedMoment? from, RecordedMoment? to, CancellationToken cancellation)
    {
        using var recording = new RecordedStreams(store).Find(id);
        var stream = recording.Stream;
        if (store.Contents(id) is not { } whole || stream.First is not { } first || stream.Last is not { } last) throw new CommandException(StatusCodes.Status404NotFound, "Nothing is recorded yet.");
        // Both moments belong to it.
        var begin = Math.Max(first.Ms, from?.ObserverMs(first) ?? first.Ms);
        var end = Math.Min(last.Ms, to?.ObserverMs(first) ?? last.Ms);
        if (end < begin) throw Wrong("from", $"from must be earlier than to, and inside the recording, which is {last.Ms - first.Ms} ms long.");
        var (element, behind) = (stream.After(begin - 1), stream.After(end));
        if (element == behind) throw Wrong("from", "Nothing was recorded between from and to.");
        var (fromMs, toMs) = (begin - first.Ms, end - first.Ms);
        var name = $"{ReplayTime.Write(fromMs)}–{ReplayTime.Write(toMs)} of {recording.Name}";
        var header = new RecordingHeader(IdOf(id, fromMs, toMs), whole.Header.BegunAt.AddMilliseconds(fromMs), whole.Header.Program, name.Length > RecordingLimits.Name ? name[..RecordingLimits.Name] : name, Follows: "");
        var file = store.OpenScratch();
        try
        {
            // Reading and packing a large file must not hold up a circuit or a request's thread.
            await Task.Run(() => RecordingStretch.Write(file, stream, header, element, behind, Recorder.KeyframeEvents, cancellation), cancellation);
            file.Position = 0;
            return (file, header.Id);
        }
        catch (Exception failure)
        {
            await file.DisposeAsync();
            if (failure is RecordingException) throw new CommandException(StatusCodes.Status422UnprocessableEntity, failure.Message, inner: failure);
            if (failure is IOException or UnauthorizedAccessException) throw store.Trouble(failure);
            throw;
        }
    }

    /// <summary>The same stretch of the same recording has the same id; one of a stretch of a stretch may be too long to be read.</summary>
    private static string IdOf(string id, long fromMs, long toMs)
    {
        var whole = $"{id}-{fromMs}-{toMs}";
        return whole.Length <= RecordingLimits.Id ? whole : $"stretch-{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(whole)))[..24]}";
    }

    private static CommandException Wrong(string field, string sentence) => new(StatusCodes.Status400BadRequest, sentence, [new(field, sentence)]);
}
