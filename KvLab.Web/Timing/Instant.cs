using System.Globalization;

namespace KvLab.Web.Timing;

/// <summary>Times as people and addresses write them.</summary>
internal static class Instant
{
    /// <returns>Null where it is none; UTC where it names no zone.</returns>
    public static DateTimeOffset? Parse(string text)
    {
        // A plus sign that was not escaped comes as a blank.
        var whole = text.Contains('T', StringComparison.Ordinal) ? text.Replace(' ', '+') : text;
        return DateTimeOffset.TryParse(whole, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
    }
}
