namespace KvLab.Nodes.Telemetry;

/// <param name="Recorded">Events so far.</param>
/// <param name="Acknowledged">The highest sequence number that the dashboard confirmed.</param>
/// <param name="Buffered">Events in memory.</param>
/// <param name="Dropped">Events lost because the buffer was full.</param>
internal sealed record TelemetryStatusAnswer(bool Connected, long Recorded, long Acknowledged, int Buffered, long Dropped, int Limit);
