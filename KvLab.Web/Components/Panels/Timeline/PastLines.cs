using KvLab.Web.Live;

namespace KvLab.Web.Components.Panels.Timeline;

/// <summary>The lines of a recording, for a diagram below its map.</summary>
/// <param name="Read">Reads all of it, which takes a while.</param>
public sealed record PastLines(string Recording, Func<ITimelineSource> Read);
