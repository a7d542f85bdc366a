using System.Text.Json.Serialization;

namespace KvLab.Web.Pictures;

/// <summary>What of the lab a picture shows.</summary>
public enum PictureKind
{
    [JsonStringEnumMemberName("map")] Map,
    [JsonStringEnumMemberName("diagram")] Diagram,
    [JsonStringEnumMemberName("writes")] Writes,
    [JsonStringEnumMemberName("lesson")] Lesson,
}

/// <summary>What was in a picture, for whoever cannot see it and for whoever wants the numbers.</summary>
public sealed record PictureTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public static readonly PictureTable None = new([], []);
}

/// <summary>What somebody saw and put aside for a report.</summary>
/// <param name="Link">The address that shows the same again; null where there is none.</param>
public sealed record Picture(string Id, PictureKind Kind, string Caption, string? Link, DateTimeOffset TakenAt, PictureTable Table);

/// <summary>With the picture itself, a PNG file.</summary>
public sealed record PictureFile(Picture Picture, byte[] Png);
