using KvLab.Core.Replays;
using KvLab.Web.Replays;

namespace KvLab.Tests.Infrastructure;

/// <summary>A lab that has recorded nothing but what a test gives it.</summary>
public sealed class FakeRecordings : IRecordedStreams
{
    private readonly Dictionary<string, IRecordedStream> _streams = new(StringComparer.Ordinal);

    public void Add(string id, IRecordedStream stream) => _streams[id] = stream;

    /// <summary>The one that is being written; none, unless a test says so.</summary>
    public (string Id, DateTimeOffset From)? Current { get; set; }

    public OpenRecording? Open(string id) => _streams.TryGetValue(id, out var stream) ? new OpenRecording(id, $"the recording {id}", Grows: false, stream, File: null) : null;
}
