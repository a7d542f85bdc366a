namespace KvLab.Core.Observation.Series;

/// <summary>Hard limits of what the dashboard remembers; what falls out is counted in <see cref="EventLogView.Discarded"/>.</summary>
public static class StateLimits
{
    public const int Writes = 500;
    public const int Events = 50_000;
    public const int LatencyPoints = 2_000;
    public const int LagPoints = 600;
    public const int FiguresBefore = 20;
    public const int RolledBack = 1_000;
    public const int Syncs = 100;
    public const int AvailabilityPoints = 600;
    public const int FaultMarks = 200;
    public const int DurabilityRows = 40;
    public const int LostRows = 200;
    public const int ReportGaps = 20;
    public const int Keys = 100_000;

    /// <summary>Writes whose answer or deliveries are awaited at a time; further ones are counted but not followed.</summary>
    public const int OpenWrites = 200_000;
}
