using KvLab.Core.Recordings;

namespace KvLab.Web.Recordings;

public enum RecordingState
{
    /// <summary>It is being written.</summary>
    Recording,

    /// <summary>It ended as it was asked to.</summary>
    Closed,

    /// <summary>It ended in the middle, or is damaged; it can be read up to <see cref="RecordingView.To"/>.</summary>
    Broken,
}

/// <summary>One recording, as REST and pages tell of it.</summary>
/// <param name="Name">What somebody called it; null for nothing.</param>
/// <param name="Events">In it by now, in whole chunks.</param>
/// <param name="Messages">Messages between nodes of which these events tell, counted as <c>/api/messages</c> lists them: requests, answers and calls.</param>
/// <param name="Bytes">On disk.</param>
/// <param name="From">When its first element was observed; null while it holds none.</param>
/// <param name="To">When its last one was.</param>
/// <param name="Program">Which version of the lab wrote it.</param>
/// <param name="Dropped">Events that came after its last one and were recorded nowhere.</param>
/// <param name="Keyframes">States in it from which it can be played.</param>
/// <param name="Follows">The recording that it goes on from; null for none.</param>
/// <param name="Why">Why it is broken, or what is missing before it, in a sentence; null for nothing.</param>
public sealed record RecordingView(
    string Id, string? Name, RecordingState State, long Events, long Messages, long Bytes, DateTimeOffset? From, DateTimeOffset? To, DateTimeOffset BegunAt, string Program,
    long Dropped, int Keyframes, string? Follows, string? Why)
{
    internal static RecordingView Of(Recording recording, RecordingState state, long bytes, string? missing) => new(
        recording.Header.Id, Given(recording.Name), state, recording.Events, recording.Messages, bytes, recording.From?.Utc, recording.To?.Utc, recording.Header.BegunAt,
        recording.Header.Program, recording.Dropped, recording.Keyframes.Count, Given(recording.Header.Follows), Given(recording.Why) ?? recording.Damage?.Message ?? missing);

    private static string? Given(string text) => text.Length > 0 ? text : null;
}
