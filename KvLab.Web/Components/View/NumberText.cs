using System.Globalization;
using System.Text.RegularExpressions;
using KvLab.Core.Configuration;

namespace KvLab.Web.Components.View;

/// <summary>
/// Numbers as people type them. Half of the world writes 0,5 and 1.000 where the other half writes 0.5 and 1,000: what can only mean one number is taken as that
/// number, and what may mean two is refused with both, never turned into one of them.
/// </summary>
public static partial class NumberText
{
    /// <summary>As it stands in a field: a point, no groups, and no more decimals than it has.</summary>
    public static string Write(decimal value) => value.ToString("0.############################", CultureInfo.InvariantCulture);

    /// <param name="whole">No decimals.</param>
    /// <returns>The number, or why it is none: a sentence that goes on behind the field's name.</returns>
    public static (decimal Value, string? Wrong) Read(string text, bool whole, decimal? min = null, decimal? max = null)
    {
        var typed = text.Trim();
        if (typed.Length == 0) return (0, "is missing.");
        if (typed.Length > TextLimits.Number) return (0, $"must have at most {TextLimits.Number} characters, but has {typed.Length}.");
        var plain = Grouped().Replace(typed.Replace('\u2212', '-'), "");
        if (Ambiguous().Match(plain) is { Success: true } two)
            return (0, Either(two.Groups[1].Value, two.Groups[2].Value));
        if (Plain(plain) is not { } number || !decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return (0, NoNumber(typed, number: Plain(plain), whole));
        if (whole && value != decimal.Truncate(value)) return (0, $"must be a whole number, but is {Shown(typed)}.");
        if (value < (min ?? value) || value > (max ?? value)) return (0, Range(typed, min, max));
        return (value, null);
    }

    private static string Either(string front, string digits) =>
        $"is ambiguous: write {front}{digits} or {$"{front}.{digits}".TrimEnd('0').TrimEnd('.')}.";

    private static string NoNumber(string typed, string? number, bool whole) => number is not null
        ? $"is too large: {Shown(typed)}."
        : whole ? $"must be a whole number, but is \"{Shown(typed)}\"." : $"must be a number, with a point before its decimals, but is \"{Shown(typed)}\".";

    private static string Range(string typed, decimal? min, decimal? max) => (min, max) switch
    {
        ({ } low, { } high) => $"must be from {low} to {high}, but is {Shown(typed)}.",
        ({ } low, null) => $"must be at least {low}, but is {Shown(typed)}.",
        (_, var high) => $"must be at most {high}, but is {Shown(typed)}.",
    };

    private static string Shown(string typed) => ErrorText.Short(typed);

    /// <summary>The same number with a point and no groups; null where the separators make no sense, or there are other characters.</summary>
    private static string? Plain(string text)
    {
        var (comma, point) = (text.LastIndexOf(','), text.LastIndexOf('.'));
        // Which of two different ones comes last stands before the decimals; one that comes more than once stands between thousands.
        var decimals = comma >= 0 && point >= 0 ? (comma > point ? ',' : '.')
            : text.Count(c => c == ',') == 1 ? ','
            : text.Count(c => c == '.') == 1 ? '.'
            : '\0';
        var groups = comma >= 0 && point >= 0 ? (decimals == ',' ? '.' : ',') : decimals == '\0' ? (comma >= 0 ? ',' : '.') : '\0';
        var at = decimals == '\0' ? -1 : text.LastIndexOf(decimals);
        var front = at < 0 ? text : text[..at];
        if (groups != '\0' && front.Contains(groups))
        {
            if (!Thousands().IsMatch(front.Replace(groups, ' '))) return null;
            front = front.Replace(groups.ToString(), "");
        }

        var number = at < 0 ? front : $"{front}.{text[(at + 1)..]}";
        return Number().IsMatch(number) ? number : null;
    }

    // Blanks (also the narrow ones of typesetters), apostrophes and underscores stand between thousands and nowhere else.
    [GeneratedRegex(@"(?<=^-?[0-9]{1,3}([ \u00A0\u202F'’_][0-9]{3})*)[ \u00A0\u202F'’_](?=[0-9]{3}(?![0-9]))")]
    private static partial Regex Grouped();

    // One comma before three digits, or one point before three of which the last is a nought that no decimals need.
    [GeneratedRegex("^(-?[1-9][0-9]{0,2})(?:,|[.](?=[0-9]{2}0$))([0-9]{3})$")]
    private static partial Regex Ambiguous();

    [GeneratedRegex("^-?[0-9]{1,3}( [0-9]{3})+$")]
    private static partial Regex Thousands();

    [GeneratedRegex("^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?$")]
    private static partial Regex Number();
}
