using KvLab.Web.Replays;

namespace KvLab.Tests.Infrastructure;

/// <summary>A lab that has recorded nothing.</summary>
internal sealed class NoRecordings : IRecordedStreams
{
    public OpenRecording? Open(string id) => null;
}
