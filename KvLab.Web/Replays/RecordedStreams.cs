using KvLab.Core.Recordings;
using KvLab.Core.Replays;
using KvLab.Web.Problems;
using KvLab.Web.Recordings;

namespace KvLab.Web.Replays;

/// <summary>The recordings of this lab's folder, opened to be replayed.</summary>
internal sealed class RecordedStreams(RecordingStore store) : IRecordedStreams
{
    public (string Id, DateTimeOffset From)? Current => store.List().FirstOrDefault(r => r.State == RecordingState.Recording) is { From: { } from } now ? (now.Id, from) : null;

    public OpenRecording? Open(string id)
    {
        RecordingView found;
        try
        {
            found = store.Find(id);
        }
        catch (CommandException missing) when (missing.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }

        if (store.Contents(id) is not { } last) return null;
        var file = new RecordedFile(() => store.OpenRaw(id), Newest);
        return new OpenRecording(found.Id, found.Name ?? $"recording {found.Id}", found.State == RecordingState.Recording, file, file);

        // A file that is removed while somebody reads it stays until they have done.
        Recording Newest() => last = store.Contents(id) ?? last;
    }
}
