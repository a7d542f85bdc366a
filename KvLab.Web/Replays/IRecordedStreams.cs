using KvLab.Core.Replays;
using KvLab.Web.Problems;

namespace KvLab.Web.Replays;

/// <summary>Recordings by their ids.</summary>
public interface IRecordedStreams
{
    /// <returns>Null where there is none of this id. Dispose it when it is read no more.</returns>
    OpenRecording? Open(string id);

    /// <summary>The one that is being written, and when it begins; null where nothing is recorded.</summary>
    (string Id, DateTimeOffset From)? Current { get; }
}

/// <param name="Name">For people.</param>
/// <param name="Grows">It is being recorded.</param>
public sealed record OpenRecording(string Id, string Name, bool Grows, IRecordedStream Stream, IDisposable? File) : IDisposable
{
    public void Dispose() => File?.Dispose();
}

internal static class RecordedStreamsOfRest
{
    /// <param name="field">The parameter that names it; null where it is in the path.</param>
    /// <exception cref="CommandException">404: there is none of this id.</exception>
    public static OpenRecording Find(this IRecordedStreams recordings, string id, string? field = null) =>
        recordings.Open(id) ?? throw new CommandException(StatusCodes.Status404NotFound, $"There is no recording \"{id}\".", field is null ? null : [new(field, "No recording has this id.")]);
}
