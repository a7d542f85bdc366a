using System.Globalization;
using KvLab.Core.Observation.Messages;
using KvLab.Web.Timing;

namespace KvLab.Web.Replays;

/// <summary>A moment of a recording, as somebody gave it.</summary>
/// <param name="Ms">Since it began; counts where there is no <paramref name="At"/>.</param>
internal readonly record struct RecordedMoment(double Ms, DateTimeOffset? At)
{
    public const string Shape = "a time such as 2026-01-31T12:00:00.250Z, or ms since the recording began, such as 1250.5";

    /// <returns>Null where it is none.</returns>
    public static RecordedMoment? Parse(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ms) && double.IsFinite(ms) ? new RecordedMoment(ms, null)
        : Instant.Parse(text) is { } at ? new RecordedMoment(0, at) : null;

    /// <summary>On the observer's clock, by which a recording is ordered; just before its beginning where it is earlier than that.</summary>
    public long ObserverMs(ObserverTime first) => first.Ms + (long)Math.Floor(Math.Max(-1, At is { } at ? (at - first.Utc).TotalMilliseconds : Ms));
}
