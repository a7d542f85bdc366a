namespace KvLab.Core.Recordings;

/// <summary>What a recording says of itself before anything else.</summary>
/// <param name="Id">Unique, of letters, digits and hyphens.</param>
/// <param name="Program">Which version of the lab wrote it.</param>
/// <param name="Name">As it was called at its beginning; empty for none.</param>
/// <param name="Follows">The recording that this one goes on from, because that had become too large or had a gap; empty for none.</param>
public sealed record RecordingHeader(string Id, DateTimeOffset BegunAt, string Program, string Name, string Follows)
{
    /// <summary>The version of the format that this program writes, and the only one that it reads.</summary>
    public const int Format = 1;
}
