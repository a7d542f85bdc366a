using KvLab.Core.Wire;

namespace KvLab.Web.Components.View;

/// <summary>
/// Times as the clock of whoever looks shows them: the dashboard may run in a container, or in another country. One per circuit; each time is shown with
/// a title that says its zone.
/// </summary>
public sealed class ViewerClock(TimeProvider time)
{
    private const int LongestName = 64;
    private const int MostMinutes = 14 * 60;

    /// <summary>That of the dashboard until the browser has said its own.</summary>
    public TimeZoneInfo Zone { get; private set; } = time.LocalTimeZone;

    /// <param name="zone">As the browser calls it, such as <c>Europe/Berlin</c>.</param>
    /// <param name="minutesEast">Of Greenwich, now: for a machine that has no table of zones, or does not know this one.</param>
    public void Use(string? zone, int minutesEast)
    {
        // A zone is looked up as a file: nothing but a name.
        if (string.IsNullOrEmpty(zone) || zone.Length > LongestName || !zone.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+')) return;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known)) Zone = known;
        else if (minutesEast is >= -MostMinutes and <= MostMinutes) Zone = TimeZoneInfo.CreateCustomTimeZone(zone, TimeSpan.FromMinutes(minutesEast), zone, zone);
    }

    /// <summary>"14:03:27".</summary>
    public string Second(DateTimeOffset at) => Text(at, "HH:mm:ss");

    /// <summary>"14:03:27.125".</summary>
    public string Millisecond(DateTimeOffset at) => Text(at, "HH:mm:ss.fff");

    /// <summary>"2026-03-01 14:03:27".</summary>
    public string Exact(DateTimeOffset at) => Text(at, "yyyy-MM-dd HH:mm:ss");

    /// <summary>"today 14:03" is what people look for in a list; the exact time is in the tooltip.</summary>
    public string When(DateTimeOffset at)
    {
        var (day, today) = (In(at).Date, In(time.GetUtcNow()).Date);
        return $"{(day == today ? "today" : day == today.AddDays(-1) ? "yesterday" : Text(at, "yyyy-MM-dd"))} {Text(at, "HH:mm")}";
    }

    /// <summary>For a tooltip: "2026-03-01 14:03:27.125, Europe/Berlin (UTC+01:00)".</summary>
    public string Title(DateTimeOffset at) => $"{Text(at, "yyyy-MM-dd HH:mm:ss.fff")}, {NameOf(at)}";

    /// <summary>"Europe/Berlin (UTC+01:00)".</summary>
    public string NameOf(DateTimeOffset at) => ZonedTime.NameOf(Zone, at);

    private DateTimeOffset In(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);

    private string Text(DateTimeOffset at, string format) => ZonedTime.Text(at, Zone, format);
}
