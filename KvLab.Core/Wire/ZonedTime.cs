using System.Globalization;

namespace KvLab.Core.Wire;

/// <summary>A moment as the clocks of a place show it.</summary>
public static class ZonedTime
{
    /// <param name="format">As of <see cref="DateTimeOffset.ToString(string, IFormatProvider)"/>.</param>
    public static string Text(DateTimeOffset at, TimeZoneInfo zone, string format) => TimeZoneInfo.ConvertTime(at, zone).ToString(format, CultureInfo.InvariantCulture);

    /// <summary>"Europe/Berlin (UTC+01:00)": the same place has two distances from UTC in a year. UTC itself is "UTC".</summary>
    public static string NameOf(TimeZoneInfo zone, DateTimeOffset at)
    {
        if (zone.Id is "UTC" or "Etc/UTC") return "UTC";
        var offset = zone.GetUtcOffset(at);
        return string.Create(CultureInfo.InvariantCulture, $"{zone.Id} (UTC{(offset < TimeSpan.Zero ? "-" : "+")}{offset:hh\\:mm})");
    }
}
