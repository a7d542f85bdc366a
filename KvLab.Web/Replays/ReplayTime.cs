using System.Globalization;

namespace KvLab.Web.Replays;

/// <summary>Moments of a recording, in minutes, seconds and milliseconds since it began.</summary>
public static class ReplayTime
{
    public static string Write(double ms)
    {
        var time = TimeSpan.FromMilliseconds(Math.Floor(ms));
        return time.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time:mm\\:ss\\.fff}")
            : time.ToString("m\\:ss\\.fff", CultureInfo.InvariantCulture);
    }
}
