using KvLab.Core.Replays;

namespace KvLab.Web.Replays;

/// <summary>Recordings by their ids.</summary>
public interface IRecordedStreams
{
    /// <returns>Null where there is none of this id. Dispose it when it is read no more.</returns>
    OpenRecording? Open(string id);
}

/// <param name="Name">For people.</param>
/// <param name="Grows">It is being recorded.</param>
public sealed record OpenRecording(string Id, string Name, bool Grows, IRecordedStream Stream, IDisposable? File) : IDisposable
{
    public void Dispose() => File?.Dispose();
}
