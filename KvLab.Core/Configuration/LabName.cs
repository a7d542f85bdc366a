namespace KvLab.Core.Configuration;

/// <summary>What a lab is called where several store in one place.</summary>
public static class LabName
{
    public const int Longest = 32;

    /// <returns>Empty where there is none, or where it is wrong.</returns>
    public static string Read(string? text, string setting, FieldErrors errors)
    {
        if (text is not { Length: > 0 }) return "";
        // No dot: it stands between this and the node's id.
        var valid = text.Length <= Longest && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        errors.Require(valid, setting, $"{setting} must have 1 to {Longest} letters, digits, '-' or '_', but is \"{text}\".");
        return valid ? text : "";
    }
}
