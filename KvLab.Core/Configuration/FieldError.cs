namespace KvLab.Core.Configuration;

/// <summary>One thing that is wrong with an input.</summary>
/// <param name="Field">The field's name as the client wrote it.</param>
/// <param name="Message">A whole sentence that names the field, says what is allowed and what was given.</param>
public sealed record FieldError(string Field, string Message);

/// <summary>
/// Collects what is wrong, so that people mend an input once instead of once per mistake. An answer stays short whatever was sent: after
/// <see cref="Most"/> mistakes the others are counted, and long names and sentences are cut.
/// </summary>
public sealed class FieldErrors
{
    public const int Most = 20;
    private const int LongestField = 100;
    private const int LongestMessage = 1000;

    private readonly List<FieldError> _errors = [];
    private int _unsaid;
    private string _firstUnsaid = "";

    /// <summary>What was found, and behind it how much more there is.</summary>
    public IReadOnlyList<FieldError> All => _unsaid == 0 ? _errors
        : [.. _errors, new FieldError(_firstUnsaid, $"And {_unsaid} more {(_unsaid == 1 ? "mistake" : "mistakes")}, the first of them at {_firstUnsaid}.")];

    public bool Any => _errors.Count > 0;

    /// <summary>True: one more mistake is only counted, so nobody needs to make a sentence of it.</summary>
    public bool IsFull => _errors.Count >= Most;

    public void Add(string field, string message)
    {
        if (IsFull) Count(field);
        else _errors.Add(new FieldError(Cut(field, LongestField), Cut(message, LongestMessage)));
    }

    /// <summary>One more mistake, without a sentence.</summary>
    public void Count(string field)
    {
        if (_unsaid++ == 0) _firstUnsaid = Cut(field, LongestField);
    }

    public void Require(bool condition, string field, string message)
    {
        if (!condition) Add(field, message);
    }

    /// <summary>As much of a text that somebody sent as a sentence can hold.</summary>
    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest) return text;
        // Not between the halves of a surrogate pair, or the answer would hold no valid text.
        var end = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
