using KvLab.Web.Live;

namespace KvLab.Web.Components.Panels.Timeline;

/// <summary>The lines of a recording, or of a simulation as far as it has come, for a diagram below its map.</summary>
/// <param name="Name">Other lines have another one.</param>
/// <param name="Page">Where they have a page of their own; null: nowhere, as those of a simulation.</param>
/// <param name="Read">Reads all of it, which takes a while.</param>
public sealed record PastLines(string Name, string? Page, Func<ITimelineSource> Read);
