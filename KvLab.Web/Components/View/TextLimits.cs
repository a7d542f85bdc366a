using KvLab.Core.Configuration;

namespace KvLab.Web.Components.View;

/// <summary>
/// What each text field takes at most, in characters. The browser is told (<c>maxlength</c>) and says so when something is left out (<c>js/fields.js</c>); here it is held to,
/// because a text that is larger than a message may be would end the connection that it was typed into.
/// </summary>
public static class TextLimits
{
    public const int Key = InputRules.LongestKey;

    /// <summary>A value travels as JSON, where a text stands in quotes.</summary>
    public const int Value = InputRules.LargestValue - 2;

    /// <summary>What is looked for in a list.</summary>
    public const int Search = 200;

    /// <summary>Far more than any number has digits.</summary>
    public const int Number = 64;

    /// <summary>A list of numbers, such as those of a sweep, and the name of a plan.</summary>
    public const int Plan = 500;

    /// <summary>A file or the address of a server.</summary>
    public const int Place = 1000;

    public const int ReportLine = 200;

    /// <param name="typed">As an event of the browser brings it.</param>
    public static string Bounded(object? typed, int most) => typed?.ToString() is not { } text ? "" : text.Length <= most ? text : text[..most];
}
