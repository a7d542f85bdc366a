using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Recordings;

/// <summary>How far a file can be read, and why no farther.</summary>
/// <param name="Events">Events up to there.</param>
/// <param name="To">When the last element up to there was observed; null for none.</param>
/// <param name="Damage">Null where all of it can be read.</param>
public sealed record RecordingCheck(Recording Recording, long Elements, long Events, ObserverTime? To, RecordingException? Damage)
{
    /// <summary>Looks at every byte: each block's checksum, each element of each chunk, each keyframe, and whether the index says the same.</summary>
    /// <exception cref="RecordingException">It is no recording.</exception>
    public static RecordingCheck Of(Stream file)
    {
        using var reader = RecordingReader.Open(file, trustIndex: false);
        var recording = reader.Recording;
        long elements = 0, events = 0;
        ObserverTime? to = null;
        try
        {
            for (var chunk = 0; chunk < recording.Chunks.Count; chunk++)
            {
                var info = recording.Chunks[chunk].Info;
                foreach (var _ in reader.ReadChunk(chunk))
                {
                }

                (elements, events, to) = (info.End, events + info.Events, info.Last);
            }

            for (var keyframe = 0; keyframe < recording.Keyframes.Count; keyframe++) reader.ReadKeyframe(keyframe);
            return new RecordingCheck(recording, elements, events, to, recording.Damage);
        }
        catch (RecordingException damage)
        {
            return new RecordingCheck(recording, elements, events, to, damage);
        }
    }

    /// <exception cref="RecordingException">Not all of it can be read.</exception>
    public static Recording Whole(Stream file)
    {
        var check = Of(file);
        return check.Damage is { } damage ? throw new RecordingException($"{damage.Message} It can be read up to event {check.Events}.", damage.Offset, damage) : check.Recording;
    }
}
